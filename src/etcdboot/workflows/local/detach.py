"""``up --detach``: both ends of it, the etcdboot that returns and the one in the background that stays."""

from __future__ import annotations

from dataclasses import asdict

from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.base.progress import Event, EventKind, Reporter
from etcdboot.effects.files.state_folder import note
from etcdboot.effects.passphrase import forget, take_over
from etcdboot.effects.process.background import Child, Herald, in_background
from etcdboot.effects.signals import unwinding
from etcdboot.observations.local_cluster import Settled, how_it_ended
from etcdboot.workflows.local.up import Announcement, Wish, up


def detach(words: tuple[str, ...], reporter: Reporter, *, reads_stdin: bool) -> Settled:
    """Run ``etcdboot WORDS…`` in the background until its cluster has settled; gives how that came out.

    Ctrl-C while we wait ends the child and its members.

    Raises:
        EtcdbootError: the child ended without a word (EB524).
    """
    settled: Settled | None = None
    with unwinding(), in_background(words, reads_stdin=reads_stdin) as child:
        for news in child.news():
            if "event" in news:
                reporter(Event(**{**news["event"], "kind": EventKind(news["event"]["kind"])}))
            else:
                settled = Settled.from_json(news["settled"])
        if settled is None:
            raise _silent_death(child)
        if settled.exit_code is not ExitCode.OK:
            child.ended()
        return settled


def stay(wish: Wish, descriptor: int, passphrase: int | None = None) -> ExitCode:
    """The child's part: run the cluster, tell its start on the descriptor, and write a log from then on.

    ``passphrase`` is a descriptor to read the passphrase of the CA's key from.
    """
    if passphrase is not None:
        take_over(passphrase)
    herald = Herald(descriptor)
    state: list[str] = []

    def hear(event: Event) -> None:
        if event.kind is EventKind.LOG:
            return  # the members' logs are files of their own
        herald.tell({"event": asdict(event)})
        if state:
            note(state[0], f"{event.kind} {event.subject}: {event.text}")

    def announce(news: Announcement) -> None:
        state.append(news.cluster.state)
        forget()
        herald.tell({"settled": news.settled().as_json()})
        if news.report.is_healthy:
            herald.close()

    try:
        return up(wish, hear, announce)
    except EtcdbootError as cause:
        herald.tell({"settled": Settled(cause.exit_code, cause.diagnostics).as_json()})
        return cause.exit_code


def _silent_death(child: Child) -> EtcdbootError:
    how = how_it_ended(child.ended())
    return EtcdbootError.because(
        "EB524", f"the etcdboot in the background has ended: {how}", child.last_words()
    )
