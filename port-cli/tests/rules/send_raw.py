"""Sends packets with raw sockets. A line of standard input has the number of a protocol, the port or type, and the destination."""

import socket
import struct
import sys
import time


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def payload(protocol, number):
    if protocol in (1, 58):
        # The kernel computes the checksum of ICMPv6 itself.
        message = struct.pack("!BBHHH", number, 0, 0, 7, 7) + bytes(24)
        return message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    if protocol == 132:
        # An association is opened with the chunk INIT.
        return struct.pack("!HHIIBBHIIHHI", 5000, number, 0, 0, 1, 0, 20, 1, 65535, 1, 1, 1)
    if protocol == 47:
        return struct.pack("!HH", 0, 0x0800) + bytes(28)
    # Nothing follows an Authentication Header of 24 bytes.
    return bytes([59, 4]) + bytes(30)


packets = [line.split() for line in sys.stdin]
for repetition in range(2):
    for protocol, number, destination in packets:
        family = socket.AF_INET6 if ":" in destination else socket.AF_INET
        with socket.socket(family, socket.SOCK_RAW, int(protocol)) as raw:
            try:
                raw.sendto(payload(int(protocol), int(number)), (destination, 0))
            except PermissionError:
                # The firewall on this side drops it.
                pass
    time.sleep(0.7)
