// SPDX-License-Identifier: GPL-2.0
/*
 * A terminal that is drawn anew in place.
 */
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#include "screen.h"

static struct screen *screen;	/* ncurses calls it SCREEN */
static char *shown;	/* to be drawn again when the size changes */

/* Without it ncurses draws on, one thing over the other. */
static bool can_place(void)
{
	const char *place;
	int ignored;

	if (setupterm(NULL, STDOUT_FILENO, &ignored))
		return false;
	place = tigetstr("cup");
	return place && place != (const char *)-1;
}

/**
 * lq_screen_open() - take the terminal
 *
 * Return: false when there is none that can be drawn on.
 */
bool lq_screen_open(void)
{
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || !can_place())
		return false;
	/* Unlike initscr() it comes back when it cannot. */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	return true;
}

/**
 * lq_screen_close() - give the terminal back, if it was taken
 */
void lq_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	free(shown);
	shown = NULL;
}

static void draw(void)
{
	const char *line = shown;
	int row;

	erase();
	for (row = 0; line && *line && row < LINES; row++) {
		int len = strcspn(line, "\n");

		/* The titles of the columns. */
		if (row == 1)
			attron(A_REVERSE);
		mvaddnstr(row, 0, line, len < COLS ? len : COLS);
		attroff(A_REVERSE);
		line += len + (line[len] == '\n');
	}
	refresh();
}

/**
 * lq_screen_draw() - show something
 * @text: lines; what is too wide or too much is cut
 */
void lq_screen_draw(const char *text)
{
	free(shown);
	shown = strdup(text);
	draw();
}

/**
 * lq_screen_key() - heed the keys that were pressed, and a change of size
 *
 * Return: whether to go on.
 */
bool lq_screen_key(void)
{
	int key;

	while ((key = getch()) != ERR) {
		if (key == 'q' || key == 'Q')
			return false;
		if (key == KEY_RESIZE)
			draw();
	}
	return true;
}
