#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The kernel's own netlink client with our specification: dumps, gets and events
say what /proc/listenq and the reader say. Runs in a guest of the set python,
loads the module if it isn't there, and prints KTAP.
"""

import ipaddress
import json
import os
import socket
import subprocess
import sys
import time
import traceback

YNL = '/ynl/tools/net/ynl'
SPEC = '/ynl/Documentation/netlink/specs/listenq.yaml'
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'listenq')
PARAMETERS = '/sys/module/listenq/parameters/'
OVERFLOW = 'acceptq-overflow'
LATE = 6

sys.path.append(YNL)


class Failed(Exception):
    """A point that is not ok, and why."""


class Report:
    """The points of the test, numbered."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def point(self, name, run, *args):
        """One of them: what it raises is why it fails."""
        self.number += 1
        try:
            run(*args)
        except Exception as why:  # pylint: disable=broad-except
            self.failed += 1
            for line in traceback.format_exc().splitlines():
                print(f'# {line}')
            print(f'not ok {self.number} {name}', flush=True)
        else:
            print(f'ok {self.number} {name}', flush=True)


def same(what, one, other):
    """Both, or neither is there, and they are equal."""
    if one != other:
        raise Failed(f'{what}: {one!r} is not {other!r}')


def fields(line):
    """A line of the file, by column."""
    with open('/proc/listenq', encoding='ascii') as file:
        rows = [row.split() for row in file.readlines()[1:]]
    for row in rows[1:]:
        if row[0] == line:
            return dict(zip(rows[0], row))
    raise Failed(f'/proc/listenq has no line {line}')


def lines():
    """The listeners' lines of the file, by id."""
    with open('/proc/listenq', encoding='ascii') as file:
        rows = [row.split() for row in file.readlines()[1:]]
    all_rows = [dict(zip(rows[0], row)) for row in rows[1:]]
    return {int(row['id']): row for row in all_rows if ':' in row['local']}


def histogram(buckets):
    """Buckets of the answer as the file writes them."""
    pairs = [f'{1 << n}:{count}' for n, count in enumerate(buckets or [])
             if count]
    return ','.join(pairs) or '-'


QUEUES = {
    'acceptq': {'acceptq': 'len', 'acceptq_max': 'limit',
                'acceptq_peak': 'peak', 'acceptq_start': 'start',
                'acceptq_discarded': 'discarded'},
    'synq': {'synq': 'len', 'synq_max': 'limit', 'synq_peak': 'peak',
             'synq_start': 'start', 'synq_young': 'young'},
}
IDENTITY = ['id', 'cgroup', 'inode', 'uid']


def number(row, column):
    """A figure of the file; None if it has none."""
    return None if row[column] == '-' else int(row[column])


def same_counters(row, counters):
    """All that the specification names, and all that the file has of them."""
    for name, value in counters.items():
        same(f"{name} of {row['local']}", value,
             number(row, name.replace('-', '_')))
    named = {name.replace('-', '_') for name in counters}
    for column, text in row.items():
        if column in COUNTERS and text != '-' and column not in named:
            raise Failed(f"{column} of {row['local']} is not in the answer")


def same_figures(row, answer):
    """Queues, counters and histograms of a line."""
    for queue, columns in QUEUES.items():
        for column, name in columns.items():
            same(f"{column} of {row['local']}",
                 answer.get(queue, {}).get(name), number(row, column))
    same_counters(row, answer['counters'])
    for column in ['handshake_us', 'accept_wait_us']:
        same(f"{column} of {row['local']}",
             histogram(answer.get(column.replace('_', '-'))), row[column])


def local(answer):
    """The first column of the file."""
    if answer['family'] == socket.AF_INET:
        address = answer['address4']
    elif answer['address6'] == '::' and 'v6only' not in answer:
        address = '*'
    else:
        address = f"[{answer['address6']}]"
    device = f"%{answer['ifname']}" if 'ifname' in answer else ''
    return f"{address}{device}:{answer['port']}"


def same_listener(row, answer):
    """A line and an answer."""
    same('local', local(answer), row['local'])
    for name in IDENTITY:
        same(f"{name} of {row['local']}", answer.get(name), number(row, name))
    same_figures(row, answer)
    same('owner', f"{answer['comm'].decode()}/{answer['pid']}", row['owner'])


def dump_is_the_file(ynl):
    """Every listener, once, in the order of the ids."""
    answers = ynl.dump('listener-get', {})
    rows = lines()
    same('ids', [answer['id'] for answer in answers], sorted(rows))
    for answer in answers:
        same_listener(rows[answer['id']], answer)


def get_is_the_dump(ynl):
    """Each by its id."""
    for answer in ynl.dump('listener-get', {}):
        same('get', ynl.do('listener-get', {'id': answer['id']}), answer)


def filters(ynl):
    """In the kernel what the same would be here."""
    everything = ynl.dump('listener-get', {})
    loopback6 = ipaddress.ip_address('::1').packed
    wanted = [
        ({'port': 7000}, lambda a: a['port'] == 7000),
        ({'family': socket.AF_INET6},
         lambda a: a['family'] == socket.AF_INET6),
        ({'address4': int(ipaddress.ip_address('127.0.0.1'))},
         lambda a: a.get('address4') == '127.0.0.1'),
        ({'address6': loopback6}, lambda a: a.get('address6') == '::1'),
        ({'inode': everything[0]['inode']},
         lambda a: a['inode'] == everything[0]['inode']),
        ({'drops-only': True}, lambda a: a['counters']['listen-drop'] > 0),
        ({'drops-only': True, 'port': 7001}, lambda a: False),
    ]
    for request, passes in wanted:
        same(f'filter {request}', ynl.dump('listener-get', request),
             [answer for answer in everything if passes(answer)])


def totals_are_the_file(ynl):
    """The lines below the listeners."""
    totals = ynl.do('totals-get', {})
    for line in ['closed', 'untracked', 'total']:
        same_figures(fields(line), totals[line])
    for line in ['kernel', 'unattributed']:
        same_counters(fields(line), totals[line])
    same('listeners', totals['listeners'], len(lines()))
    with open('/sys/module/listenq/version', encoding='ascii') as file:
        same('version', totals['version'], file.read().strip())


def hooks_are_the_parameter(ynl):
    """By dump and by get."""
    with open(PARAMETERS + 'hooked', encoding='ascii') as file:
        functions = [line.split()[0] for line in file]
    hooks = ynl.dump('hook-get', {})
    same('functions', [hook['function'] for hook in hooks], functions)
    for hook in hooks:
        if hook['way'] not in ['off', 'replace', 'probe', 'entry']:
            raise Failed(f"way {hook['way']!r}")
        one = ynl.do('hook-get', {'index': hook['index']})
        same('function', one['function'], hook['function'])


def refusal(ynl):
    """Words, and the attribute by its name."""
    error = None
    try:
        ynl.do('listener-get', {'id': 1 << 60})
    except Exception as why:  # pylint: disable=broad-except
        error = why
    if error is None or not hasattr(error, 'nl_msg'):
        raise Failed(f'an id that does not exist: {error!r}')
    same('errno', error.error, 2)
    extack = error.nl_msg.extack or {}
    if not extack.get('msg'):
        raise Failed(f'no words: {extack}')
    same('attribute', extack.get('bad-attr'), '.id')


def reader_objects(*args):
    """What the reader prints, parsed."""
    done = subprocess.run([READER, '-j', *args], stdout=subprocess.PIPE,
                          check=True, timeout=60)
    return json.loads(done.stdout)


def reader_is_the_dump(ynl):
    """Every object of the reader's beside the client's."""
    objects = {one['id']: one for one in reader_objects('show')}
    answers = ynl.dump('listener-get', {})
    same('ids', sorted(objects), [answer['id'] for answer in answers])
    for answer in answers:
        one = objects[answer['id']]
        for queue in ['acceptq', 'synq']:
            theirs = dict(answer[queue])
            theirs['max'] = theirs.pop('limit')
            same(queue, one[queue], theirs)
        same('counters', one['counters'],
             {name.replace('-', '_'): value
              for name, value in answer['counters'].items()})
        for name in ['handshake-us', 'accept-wait-us']:
            ours = one['histograms'][name.replace('-', '_')]
            same(name, ','.join(f'{k}:{v}' for k, v in ours.items()) or '-',
                 histogram(answer.get(name)))
        same('port', one['local']['port'], answer['port'])
        same('family', one['family'],
             'inet' if answer['family'] == socket.AF_INET else 'inet6')
        same('inode', one['inode'], answer['inode'])
        same('owner', one['owner'],
             {'comm': answer['comm'].decode(), 'pid': answer['pid'],
              'uid': answer['uid']})


def reader_totals_are_the_file(_):
    """Of the totals, the counters."""
    totals = reader_objects('totals')
    for line in ['closed', 'total', 'kernel']:
        figures = totals[line].get('counters', totals[line])
        for name, value in figures.items():
            same(f'{name} of {line}', value, number(fields(line), name))


class Servers:
    """Listeners, and clients that are too many for one of them."""

    def __init__(self):
        self.full = self.listen(socket.AF_INET, '127.0.0.1', 7000, 2)
        self.idle = self.listen(socket.AF_INET, '0.0.0.0', 7001, 5)
        self.served = self.listen(socket.AF_INET6, '::1', 7002, 5)
        self.both = self.listen(socket.AF_INET6, '::', 7003, 5, False)
        self.clients = []

    @staticmethod
    def listen(family, address, port, backlog, v6only=True):
        """A socket that listens."""
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        server.bind((address, port))
        server.listen(backlog)
        return server

    def connect(self, server, count):
        """So many clients, that don't wait for an answer."""
        for _ in range(count):
            client = socket.socket(server.family, socket.SOCK_STREAM)
            client.setblocking(False)
            client.connect_ex(server.getsockname()[:2])
            self.clients.append(client)
            time.sleep(0.02)

    def overflow(self):
        """Three fit, and the others go before they knock again."""
        self.connect(self.full, 8)
        self.hang_up(3)

    def hang_up(self, keep):
        """Clients go; their SYNs come no more."""
        for client in self.clients[keep:]:
            client.close()
        del self.clients[keep:]

    def serve(self):
        """Connections that come and go."""
        self.connect(self.served, 4)
        time.sleep(0.1)
        for _ in range(4):
            self.served.accept()[0].close()
        self.hang_up(3)


def episode(messages, listener):
    """An episode's events of one listener, as the client decoded them."""
    return [message['msg'] for message in messages
            if message['name'] == 'episode-ntf' and
            message['msg']['listener']['id'] == listener and
            message['msg']['kind'] == OVERFLOW]


def hear(ynl, done):
    """Until that is so, or it is late."""
    end = time.monotonic() + LATE
    while time.monotonic() < end:
        ynl.check_ntf()
        if done(ynl.async_msg_queue):
            return
        time.sleep(0.05)
    raise Failed(f'only {len(ynl.async_msg_queue)} events came')


def has_ended(messages, listener):
    """Whether the episode has."""
    return 'end' in [one['phase'] for one in episode(messages, listener)]


def events(make_client, servers):
    """Birth, an overflow from begin to end, death."""
    ynl = make_client()

    # It binds its socket, which must not have been used before
    ynl.ntf_subscribe('events')
    server = servers.listen(socket.AF_INET, '127.0.0.1', 7010, 0)
    inode = os.fstat(server.fileno()).st_ino
    listener = ynl.dump('listener-get', {'inode': inode})[0]['id']
    servers.connect(server, 6)
    servers.hang_up(len(servers.clients) - 5)
    hear(ynl, lambda messages: has_ended(messages, listener))
    heard = episode(ynl.async_msg_queue, listener)
    phases = [one['phase'] for one in heard]
    same('phases', [phases[0], phases[-1]], ['begin', 'end'])
    same('phases between', set(phases[1:-1]) - {'progress'}, set())
    row = lines()[listener]
    same('total', heard[-1]['total'], int(row['listen_overflow']))
    same('sum', sum(one['verdicts'] for one in heard), heard[-1]['total'])
    same('at least five', heard[-1]['total'] >= 5, True)
    same('depth and limit', [heard[0]['depth'], heard[0]['limit']], [1, 0])
    server.close()
    hear(ynl, lambda messages: messages[-1]['name'] == 'listener-del-ntf')
    names = [message['name'] for message in ynl.async_msg_queue]
    same('first', names[0], 'listener-add-ntf')
    last = ynl.async_msg_queue[-1]['msg']
    same('of', last['listener']['id'], listener)
    same('final counters', last['listener']['counters']['listen-overflow'],
         heard[-1]['total'])
    numbers = [one['msg']['seq'] for one in ynl.async_msg_queue]
    same('numbers', numbers,
         list(range(numbers[0], numbers[0] + len(numbers))))
    same('events', ynl.do('totals-get', {})['events'], numbers[-1])


def run(report):
    """In a namespace of its own."""
    from lib import YnlFamily  # pylint: disable=import-outside-toplevel

    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    servers = Servers()
    servers.overflow()
    servers.serve()
    ynl = YnlFamily(SPEC, schema='')
    COUNTERS.update(name.replace('-', '_')
                    for name in ynl.attr_sets['counters'].attrs
                    if name != 'pad')
    report.point('dump', dump_is_the_file, ynl)
    report.point('get', get_is_the_dump, ynl)
    report.point('filters', filters, ynl)
    report.point('totals', totals_are_the_file, ynl)
    report.point('hooks', hooks_are_the_parameter, ynl)
    report.point('refusal', refusal, ynl)
    report.point('reader', reader_is_the_dump, ynl)
    report.point('reader_totals', reader_totals_are_the_file, ynl)
    report.point('events', events, lambda: YnlFamily(SPEC, schema=''),
                 servers)
    report.point('dump_afterwards', dump_is_the_file, ynl)


COUNTERS = set()
POINTS = 10


def inside():
    """Whatever happens, the plan is kept to."""
    report = Report()
    print('TAP version 13')
    print(f'1..{POINTS}', flush=True)
    try:
        run(report)
    except Exception as why:  # pylint: disable=broad-except
        report.failed += 1
        print(f'# {type(why).__name__}: {why}')
    return 1 if report.failed or report.number != POINTS else 0


def main():
    """Loads the module if need be, and runs itself in a new namespace."""
    if sys.argv[1:] == ['--inside']:
        return inside()
    loaded = os.path.isdir('/sys/module/listenq')
    if not loaded:
        subprocess.run(['insmod', '/listenq.ko'], check=True)
    status = subprocess.run(['unshare', '-n', sys.executable, __file__,
                             '--inside'], check=False, timeout=240).returncode
    if not loaded:
        subprocess.run(['rmmod', 'listenq'], check=True)
    return status


if __name__ == '__main__':
    sys.exit(main())
