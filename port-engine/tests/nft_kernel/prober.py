"""Loads rulesets into a network namespace and probes it with real packets.

Started in a network namespace of its own (`unshare -n`), which becomes the server; it makes two others, the client and the machine
behind the server. Three veth pairs join the server and the client, another one the server and the machine behind it. The client
writes whole frames, so a probe can have any source address. The server reads raw sockets: the kernel copies a packet to them after
the input hook, so a packet that arrives there passed every hook. A packet that the server forwards arrives at the raw sockets of
the machine behind it, or of the client (DNAT to another machine).

Each line of standard input is a request, each line of standard output its answer, both JSON:
  {"nft": TEXT} or {"iptables": [TEXT, TEXT], "backend": "nft" or "legacy"}, "sources": [...], "targets": [...], "settle": SECONDS
  -> {"listing": [TEXT, ...], "results": ["RD-F", ...]} or {"error": TEXT}
A result has a character for each source: R reached, F forwarded, D dropped, - not sent (another family).
"""
import ctypes, itertools, json, os, re, socket, struct, subprocess, sys, time

CLONE_NEWNET = 0x40000000
TCP, UDP, SCTP, ICMP, ICMPV6, ESP, AH, GRE, OSPF = 6, 17, 132, 1, 58, 50, 51, 47, 89
# The offset of a probe's number in or after the transport header.
NUMBER_AT = {TCP: 4, UDP: 8, SCTP: 16, ICMP: 8, ICMPV6: 8, ESP: 4, AH: 4, GRE: 4, OSPF: 4}
SYN, ECE_AND_CWR = 0x02, 0xC0
DESTINATION_OPTIONS = 60

# Interface: address of the server for each family. No rule names wan0, to which the default route leads.
SERVER = {
    "eth0": {4: "10.9.0.1", 6: "2001:db8:9::1"},
    "eth1": {4: "10.9.1.1", 6: "2001:db8:9:1::1"},
    "wan0": {4: "10.9.2.1", 6: "2001:db8:9:2::1"},
}
# The link to the machine behind the server: the addresses of both.
LAN = "lan0"
LAN_SERVER = {4: "10.9.7.1", 6: "2001:db8:9:7::1"}
BEHIND = {4: "10.9.7.2", 6: "2001:db8:9:7::2"}
# What the client has on each interface. DNAT to one of these leaves the server again.
CLIENT = {
    "eth0": ["10.9.0.2/24", "10.9.0.3/24", "192.0.2.5/24", "2001:db8:9::2/64", "2001:db8:9::3/64", "2001:db8:5::5/64"],
    "eth1": ["10.9.1.2/24", "2001:db8:9:1::2/64"],
    "wan0": ["10.9.2.2/24", "2001:db8:9:2::2/64"],
}

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "cannot make or enter a network namespace")


def current_namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def enter(namespace):
    checked(libc.setns(namespace, CLONE_NEWNET))


def run(*command, text=None):
    """The output of a command, or an exception with what it complains about."""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def set_sysctl(name, value):
    with open(f"/proc/sys/net/{name}", "w") as file:
        file.write(str(value))


def mac(interface, is_client):
    number = ["eth0", "eth1", "wan0", LAN].index(interface)
    return f"02:00:00:00:0{number}:0{1 + is_client}"


def raw_sockets():
    """Sockets that see every packet that the current namespace delivers to itself: (family, protocol, socket)."""
    sockets = []
    for family, address_family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
        for protocol in (TCP, UDP, SCTP, ICMP if family == 4 else ICMPV6, ESP, AH, GRE, OSPF):
            raw = socket.socket(address_family, socket.SOCK_RAW, protocol)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            raw.setblocking(False)
            sockets.append((family, protocol, raw))
    return sockets


class Network:
    def __init__(self):
        self.server = current_namespace()
        checked(libc.unshare(CLONE_NEWNET))
        self.client = current_namespace()
        checked(libc.unshare(CLONE_NEWNET))
        self.behind = current_namespace()
        # A number per probe, so that a late packet is never taken for that of another probe.
        self.next_number = 0x40000000
        self.configure()
        self.configure_behind()
        enter(self.behind)
        self.seen_behind = raw_sockets()
        enter(self.server)
        self.seen_by_server = raw_sockets()
        self.conntrack = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        enter(self.client)
        self.seen_by_client = raw_sockets()
        self.senders = {}
        for interface in SERVER:
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sender.bind((interface, 0))
            self.senders[interface] = sender
        enter(self.server)

    def configure(self):
        os.set_inheritable(self.server, True)
        enter(self.server)
        run("ip", "link", "set", "lo", "up")
        for interface in SERVER:
            run("ip", "link", "add", interface, "address", mac(interface, False), "type", "veth",
                "peer", "name", "c" + interface, "address", mac(interface, True))
            client = f"/proc/{os.getpid()}/fd/{self.client}"
            run("ip", "link", "set", "c" + interface, "netns", client)
        for namespace, is_client in ((self.server, False), (self.client, True)):
            enter(namespace)
            for interface, addresses in SERVER.items():
                if is_client:
                    run("ip", "link", "set", "c" + interface, "name", interface)
                set_sysctl(f"ipv6/conf/{interface}/accept_dad", 0)
                set_sysctl(f"ipv4/conf/{interface}/rp_filter", 0)
                # What the server forwards has an address of the client as its source.
                set_sysctl(f"ipv4/conf/{interface}/accept_local", int(is_client))
                run("ip", "link", "set", interface, "up")
                prefixed = [f"{addresses[4]}/24", f"{addresses[6]}/64"]
                for address in CLIENT[interface] if is_client else prefixed:
                    run("ip", "address", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))
            set_sysctl("ipv4/conf/all/rp_filter", 0)
        enter(self.server)
        set_sysctl("ipv4/ip_forward", 1)
        set_sysctl("ipv6/conf/all/forwarding", 1)
        for gateway in ("10.9.2.2", "2001:db8:9:2::2"):
            run("ip", "route", "add", "default", "via", gateway, "dev", "wan0")
        # Addresses are set statically, so that no rule can prevent their resolution.
        for interface, addresses in CLIENT.items():
            for address in addresses:
                address = address.split("/")[0]
                if address == "192.0.2.5" or address == "2001:db8:5::5":
                    run("ip", "route", "add", address, "dev", interface)
                run("ip", "neighbour", "add", address, "lladdr", mac(interface, True), "dev", interface,
                    "nud", "permanent")

    def configure_behind(self):
        """Joins the machine behind the server with it."""
        run("ip", "link", "add", LAN, "address", mac(LAN, False), "type", "veth",
            "peer", "name", "clan0", "address", mac(LAN, True))
        run("ip", "link", "set", "clan0", "netns", f"/proc/{os.getpid()}/fd/{self.behind}")
        for namespace, own, other in ((self.server, LAN_SERVER, BEHIND), (self.behind, BEHIND, LAN_SERVER)):
            enter(namespace)
            if namespace == self.behind:
                run("ip", "link", "set", "clan0", "name", LAN)
                set_sysctl("ipv4/conf/all/rp_filter", 0)
            set_sysctl(f"ipv6/conf/{LAN}/accept_dad", 0)
            set_sysctl(f"ipv4/conf/{LAN}/rp_filter", 0)
            run("ip", "link", "set", LAN, "up")
            for family, length in ((4, 24), (6, 64)):
                run("ip", "address", "add", f"{own[family]}/{length}", "dev", LAN, *(["nodad"] if family == 6 else []))
                run("ip", "neighbour", "add", other[family], "lladdr", mac(LAN, namespace == self.server), "dev", LAN,
                    "nud", "permanent")
                if namespace == self.behind:
                    run("ip", "route", "add", "default", "via", other[family], "dev", LAN)
        enter(self.server)

    def flush_conntrack(self):
        """Deletes every connection, so that no probe continues one that another packet began."""
        length, delete, request_and_ack = 20, (1 << 8) | 2, 1 | 4
        self.conntrack.send(struct.pack("=IHHIIBBH", length, delete, request_and_ack, 0, 0, 0, 0, 0))
        self.conntrack.recv(4096)

    def load_nft(self, text):
        run("nft", "-f", "-", text="flush ruleset\n" + text)
        return [with_devices(run("nft", "-j", "list", "ruleset"), text)]

    def load_iptables(self, texts, backend):
        """What is saved of the rules, and with iptables-nft the listing of nft. The texts have every table, so that those of
        iptables-legacy replace what was loaded before."""
        run("nft", "flush", "ruleset")
        for tool, text in zip(("iptables", "ip6tables"), texts):
            run(f"{tool}-{backend}-restore", text=text)
        saved = [run(f"iptables-{backend}-save"), run(f"ip6tables-{backend}-save")]
        return saved + ([run("nft", "-j", "list", "ruleset")] if backend == "nft" else [])

    def probe(self, sources, targets, settle):
        numbers, results = {}, [["-"] * len(sources) for _ in targets]
        # Packets with the same addresses and ports belong to one connection, whatever else they differ in.
        kind = lambda place: [sources[place][name] for name in ("interface", "crossing", "behind", "ecn", "extension")]
        for _, group in itertools.groupby(sorted(range(len(sources)), key=kind), key=kind):
            group = list(group)
            self.flush_conntrack()
            for target_index, (protocol, port, icmp_type) in enumerate(targets):
                for source_index in group:
                    source = sources[source_index]
                    family = 6 if ":" in source["address"] else 4
                    if protocol == (ICMPV6 if family == 4 else ICMP):
                        continue
                    self.next_number += 1
                    numbers[self.next_number] = (target_index, source_index, icmp_type)
                    results[target_index][source_index] = "D"
                    self.senders[source["interface"]].send(
                        frame(source, family, protocol, port, icmp_type, self.next_number))
            # After each group, since a socket keeps a few thousand packets at most.
            self.receive(numbers, results)
        # The kernel delivers a packet over veth before `send` returns, except when it is busy.
        time.sleep(settle)
        self.receive(numbers, results)
        return ["".join(result) for result in results]

    def receive(self, numbers, results):
        seen = ((self.seen_by_server, "R"), (self.seen_by_client, "F"), (self.seen_behind, "F"))
        for sockets, character in seen:
            for family, protocol, raw in sockets:
                for packet in packets(raw):
                    start = (packet[0] & 15) * 4 if family == 4 else 0
                    at = start + NUMBER_AT[protocol]
                    place = numbers.get(int.from_bytes(packet[at:at + 4], "big"))
                    # An answer of ICMP has the same number, and another type.
                    if place and (protocol not in (ICMP, ICMPV6) or packet[start] == place[2]):
                        results[place[0]][place[1]] = character


def with_devices(listing, text):
    """The listing with the devices of chains at ingress, which nft 1.0.6 leaves out of JSON. Later versions list them. Those of inet
    tables stay as they are, so that both kinds of listings are read."""
    devices = dict(re.findall(r'chain (\w+) {\s+type filter hook ingress device "(\w+)"', text))
    document = json.loads(listing)
    for entry in document["nftables"]:
        chain = entry.get("chain", {})
        if chain.get("family") == "netdev" and chain["name"] in devices:
            chain.setdefault("dev", devices[chain["name"]])
    return json.dumps(document)


def packets(raw):
    while True:
        try:
            yield raw.recv(512)
        except BlockingIOError:
            return


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - ((total & 0xFFFF) + (total >> 16))


packed_addresses = {}


def packed(address):
    if address not in packed_addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        packed_addresses[address] = socket.inet_pton(family, address)
    return packed_addresses[address]


CRC32C = []
for byte in range(256):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    CRC32C.append(byte)


def crc32c(data):
    """The checksum of SCTP, without which connection tracking calls a packet invalid."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC32C[(crc ^ byte) & 0xFF]
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def segment(source, protocol, port, icmp_type, number, pseudo):
    """The packet behind its IP header."""
    if protocol == TCP:
        flags = SYN | (ECE_AND_CWR if source["ecn"] else 0)
        data = struct.pack("!HHIIBBHHH", source["port"], port, number, 0, 0x50, flags, 1024, 0, 0)
        return data[:16] + struct.pack("!H", checksum(pseudo(len(data)) + data)) + data[18:]
    if protocol == UDP:
        data = struct.pack("!HHHHI", source["port"], port, 12, 0, number)
        return data[:6] + struct.pack("!H", checksum(pseudo(len(data)) + data) or 0xFFFF) + data[8:]
    if protocol == SCTP:
        # An INIT chunk, which begins an association.
        chunk = struct.pack("!BBHIIHHI", 1, 0, 20, number, 65536, 1, 1, 1)
        data = struct.pack("!HHII", source["port"], port, 0, 0) + chunk
        return data[:8] + crc32c(data) + data[12:]
    # Of other protocols, a port is what is in the third and fourth byte, which rules with `th dport` compare.
    if protocol in (ICMP, ICMPV6):
        data = struct.pack("!BBHHHI", icmp_type, 0, 0, 0, 1, number)
        value = checksum(data if protocol == ICMP else pseudo(len(data)) + data)
        # The identifier is what makes the checksum the port. Both count in ones' complement.
        identifier = (value - port) % 0xFFFF if port else 0
        return data[:2] + struct.pack("!HH", port or value, identifier) + data[6:]
    if protocol == ESP:
        return struct.pack("!HHIQQ", 0x4000, port or 1, number, 0, 0)
    if protocol == AH:
        # No header follows it.
        return struct.pack("!BBHIIQ", 59, 3, port, number, 1, 0)
    return struct.pack("!HHIQQ", 0, port or 0x6558, number, 0, 0)


def frame(source, family, protocol, port, icmp_type, number):
    interface = source["interface"]
    to = source["crossing"] or interface
    here, there = packed(source["address"]), packed(BEHIND[family] if source["behind"] else SERVER[to][family])
    ethernet = bytes.fromhex((mac(interface, False) + mac(interface, True)).replace(":", ""))
    pseudo = lambda length: here + there + struct.pack("!HH", protocol, length)
    data = segment(source, protocol, port, icmp_type, number, pseudo)
    if family == 4:
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), number & 0xFFFF, 0, 64, protocol, 0) + here + there
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        return ethernet + b"\x08\x00" + header + data
    if source["extension"]:
        # Padding only: six bytes of it.
        data = struct.pack("!BBBBI", protocol, 0, 1, 4, 0) + data
        protocol = DESTINATION_OPTIONS
    return ethernet + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(data), protocol, 64) + here + there + data


def main():
    network = Network()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "nft" in request:
                listing = network.load_nft(request["nft"])
            else:
                listing = network.load_iptables(request["iptables"], request["backend"])
            results = network.probe(request["sources"], request["targets"], request["settle"])
            answer = {"listing": listing, "results": results}
        except RuntimeError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
