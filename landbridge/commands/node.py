"""`landbridge node`: the network of nodes from the command line, all of it."""

import sys
from typing import Any, Final

import click
import orjson

from landbridge.commands.shared import say, table, up_to_date
from landbridge.exchange.models import Exchange, Peer, Quarantined
from landbridge.exchange.nodes import keys, moments, moving, peers, quarantine, serving, statements, sync
from landbridge.exchange.nodes.policy import gives as given
from landbridge.exchange.nodes.policy import takes as taken_from
from landbridge.exchange.nodes.taking import Taken
from landbridge.formats.library import FORMATS
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.registry.writing import NODE

FAILED: Final = 1
"""The exit code when an exchange failed, or something waits in quarantine that was asked for."""


@click.group()
def node() -> None:
    """The network: this node's keys, its peers, exchanges, and what waits in quarantine.

    Exit codes: 0 done, 1 not done (one line says why), 2 the command was called in a wrong way.
    """


def spaced(fingerprint: str) -> str:
    """A fingerprint as people read it to each other, in groups of four."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _peer(address: str) -> Peer:
    try:
        return peers.find(address)
    except LookupError as error:
        raise click.ClickException(str(error)) from None


@node.command()
@click.option("--json", "as_json", is_flag=True, help="As other nodes get it.")
def show(as_json: bool) -> None:
    """What this node is in the network: its address, names, keys, and what it says."""
    up_to_date()
    if as_json:
        click.echo(orjson.dumps({**serving.about(), "keys": keys.own_list()}, option=orjson.OPT_INDENT_2).decode())
        return
    about = serving.about()
    say("node", keys.me())
    for tag, name in about["names"].items():
        say(f"name {tag}", name)
    say("fingerprint", spaced(about["fingerprint"]))
    for key in keys.own_keys().keys.values():
        ends = f"revoked {key.revoked:%Y-%m-%d}" if key.revoked else f"until {key.until:%Y-%m-%d}" if key.until else ""
        say("spare key" if key.spare else "key", f"{key.id[:16]} since {key.since:%Y-%m-%d} {ends}".rstrip())
    say("order", f"{about['journal']}, up to {about['serial']}")
    say("records", f"{about['records']} public ones are said or passed on")


@node.command()
@click.argument("names", nargs=-1, required=True, metavar="LANGUAGE=NAME…")
def name(names: tuple[str, ...]) -> None:
    """Give this node its name, in one language or several: `landbridge node name "fr=Nœud du Togo"`."""
    up_to_date()
    pairs = dict(one.partition("=")[::2] for one in names)
    try:
        keys.name(actor=NODE, names=pairs)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    for tag, text in keys.own_names().items():
        say(f"name {tag}", text)


@node.command()
@click.argument("address")
@click.argument("fingerprint")
@click.option("--reach", default="", help="Where it is called, when that is another address than its own.")
@click.option("--direction", type=click.Choice(peers.DIRECTIONS), default="pull", show_default=True)
def add(address: str, fingerprint: str, reach: str, direction: str) -> None:
    """Exchange with the node at ADDRESS, whose people told you the FINGERPRINT of its key."""
    up_to_date()
    try:
        peer = peers.add(actor=NODE, address=address, fingerprint=fingerprint, reach=reach, direction=direction)
    except peers.BadPeer as error:
        raise click.ClickException(str(error)) from None
    try:
        sync.learn_about(peer)
    except (Failed, Unsafe) as problem:
        say("peer", f"{peer.address} is added; it could not be asked yet: {problem}")
        return
    say("peer", f"{peer.address} is added: {next(iter(peer.names.values()), 'no name')}, "
                f"{peer.told.get('records', 0)} public records")  # fmt: skip
    say("", f"It exchanges once its people add {keys.me()} {keys.own_key().pk}")


@node.command(name="list")
def list_() -> None:
    """The peers: how fresh, how much, what failed."""
    up_to_date()
    rows = [
        (line.peer.address, line.peer.state, line.peer.direction,
         f"{line.peer.seen_at:%Y-%m-%d %H:%M}" if line.peer.seen_at else "never", str(line.records),
         str(line.waiting), line.peer.error[:60])
        for line in peers.lines()
    ]  # fmt: skip
    table(rows, ("peer", "state", "direction", "last seen", "records", "waiting", "problem"))


@node.command(name="sync")
@click.argument("addresses", nargs=-1)
def sync_(addresses: tuple[str, ...]) -> None:
    """Exchange now with the peers named, or with all active ones. Exit code 1 when one of them failed."""
    up_to_date()
    chosen = [_peer(one) for one in addresses] or list(Peer.objects.filter(state="active").order_by("address"))
    failed = False
    for peer in chosen:
        if peer.state != "active":
            raise click.ClickException(f"{peer.address} is {peer.state}; `landbridge node resume` makes it active.")
        taken = sync.exchange(peer, _progress)
        _end_progress()
        peer.refresh_from_db()
        failed = failed or bool(peer.error)
        say(peer.address, peer.error or told(taken))
        for record, reason, problem in taken.problems[:20]:
            say("refused", f"{record or '-'}: {reason}: {problem}")
    if failed:
        sys.exit(FAILED)


def told(taken: Taken) -> str:
    """What became of the statements, in one line."""
    return (f"{taken.new} new, {taken.changed} changed, {taken.gone} gone, {taken.same + taken.older} known, "
            f"{taken.skipped} passed over, {taken.refused} refused")  # fmt: skip


def _progress(taken: Taken) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r  {taken.total:>9,} statements", err=True, nl=False)


def _end_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 24 + "\r", err=True, nl=False)


@node.command()
@click.argument("address")
@click.option("--give", "way", flag_value="gives", help="The policy of what is given to it.")
@click.option("--take", "way", flag_value="takes", help="The policy of what is taken from it.")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="Only these formats.")
@click.option("--public-only", is_flag=True, help="Nothing that is for the network.")
@click.option("--embargo", type=click.IntRange(0, 3650), default=0, help="Days for which what is new stays here.")
@click.option("--licence", "licences", multiple=True, help="Only works under these licences.")
@click.option("--own-only", is_flag=True, help="No records of other nodes.")
@click.option("--direction", type=click.Choice(peers.DIRECTIONS))
@click.option("--every", type=click.IntRange(peers.SHORTEST, peers.LONGEST), help="Seconds between two exchanges.")
@click.option("--reach", help="Where it is called.")
def policy(address: str, way: str | None, direction: str | None, every: int | None, reach: str | None,
           **wanted: Any) -> None:  # fmt: skip
    """Show what is exchanged with a peer; with --give or --take, set that policy as a whole."""
    up_to_date()
    peer = _peer(address)
    rules = {"formats": wanted["formats"], "licences": wanted["licences"], "embargo_days": wanted["embargo"],
             "visibility": "public" if wanted["public_only"] else "network",
             "pass_on": not wanted["own_only"]}  # fmt: skip
    if way is None and rules != {"formats": (), "licences": (), "embargo_days": 0, "visibility": "network",
                                 "pass_on": True}:  # fmt: skip
        raise click.UsageError("Say --give or --take, for which of the two policies this is.")
    if way or direction or every or reach is not None:
        try:
            peers.set_policy(actor=NODE, peer=peer, direction=direction or "", every=every or 0, reach=reach,
                             **({way: rules} if way else {}))  # fmt: skip
        except peers.BadPeer as error:
            raise click.ClickException(str(error)) from None
    say("direction", f"{peer.direction}, every {peer.every} seconds")
    for label, kept in (("gives", given(peer)), ("takes", taken_from(peer))):
        say(label, "; ".join(_rule(key, value) for key, value in kept.as_json().items()) or "everything")


def _rule(name: str, value: Any) -> str:
    return f"{name} {', '.join(value) if isinstance(value, list) else value}"


@node.command()
@click.argument("address")
def pause(address: str) -> None:
    """Exchange nothing with a peer for now."""
    up_to_date()
    say("peer", f"{peers.pause(actor=NODE, peer=_peer(address)).address} is paused")


@node.command()
@click.argument("address")
def resume(address: str) -> None:
    """Exchange again with a peer, or for the first time with one known through others whose key you have checked."""
    up_to_date()
    say("peer", f"{peers.confirm(actor=NODE, peer=_peer(address)).address} is active")


@node.command()
@click.argument("address")
def block(address: str) -> None:
    """Take nothing that this node says, whoever brings it, and give it nothing."""
    up_to_date()
    say("peer", f"{peers.block(actor=NODE, peer=_peer(address)).address} is blocked")


@node.command()
@click.argument("address")
@click.option("--retire", is_flag=True, help="Retire its records here; otherwise they stay as they last came.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(address: str, retire: bool, yes: bool) -> None:
    """Forget a peer."""
    up_to_date()
    peer = _peer(address)
    if not yes:
        click.confirm(f"Forget {peer.address}{' and retire its records here' if retire else ''}?", abort=True)
    count = peers.remove(actor=NODE, peer=peer, retire=retire)
    say("peer", f"{address} is forgotten; {count} records are retired")


@node.command()
def rotate() -> None:
    """Put a new key in the place of the one that signs today."""
    up_to_date()
    say("key", f"{spaced(keys.rotate(actor=NODE).pk)} signs from now on")


@node.command()
@click.argument("key")
@click.option("--spare-file", type=click.File("r"), help="The private half of the spare key; - for standard input.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(key: str, spare_file: Any, yes: bool) -> None:
    """Say that the KEY was lost or stolen; a new one takes its place, and all is signed anew."""
    up_to_date()
    if not yes:
        click.confirm(f"Revoke the key {key}? This cannot be undone.", abort=True)
    try:
        new, count = statements.revoke(actor=NODE, key_id=key, spare_secret=spare_file.read() if spare_file else "")
    except (LookupError, keys.KeyLost) as error:
        raise click.ClickException(str(error.args[0])) from None
    say("key", f"{spaced(new.pk)} signs from now on; tell your peers")
    say("statements", f"{count} are signed anew")


@node.command()
@click.option("--spare-file", type=click.File("r"), help="The private half of the spare key; - for standard input.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def moved(spare_file: Any, yes: bool) -> None:
    """Tell the network that this node has another address than before, and is the same node.

    Set the new address (LANDBRIDGE_BASE_URL), then call this once. The spare key says so; peers move what they have of
    this node to the new address. Exit code 1 when a peer could not be told: it learns of it from the next one that was.
    """
    up_to_date()
    before = moving.earlier_addresses()
    if before and not yes:
        click.confirm(f"Tell the network that {before[0]} is now {keys.me()}?", abort=True)
    try:
        moving.move(actor=NODE, spare_secret=spare_file.read() if spare_file else "")
    except (moving.NotMoved, keys.KeyLost) as error:
        raise click.ClickException(str(error)) from None
    say("node", f"{keys.me()}, before at {', '.join(before)}")
    told = moving.tell()
    for address, problem in told.items():
        say(address, problem or "has heard it")
    if any(told.values()):
        sys.exit(FAILED)


@node.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def spare(yes: bool) -> None:
    """Print the private half of the spare key and forget it here: keep it on paper, in a safe."""
    up_to_date()
    if not yes:
        click.confirm("This node forgets the spare key; without the paper nobody can use it. Go on?", abort=True)
    try:
        click.echo(keys.take_spare_out(actor=NODE))
    except keys.KeyLost as error:
        raise click.ClickException(str(error)) from None


@node.command(name="quarantine")
@click.argument("number", type=int, required=False)
@click.option("--reason", "reasons", multiple=True, help="Only these reasons.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def quarantine_(number: int | None, reasons: tuple[str, ...], limit: int) -> None:
    """What was not taken in and waits; with a NUMBER, that statement as it came."""
    up_to_date()
    if number is not None:
        row = Quarantined.objects.filter(pk=number).first()
        if row is None:
            raise click.ClickException(f"Nothing has the number {number}.")
        click.echo(bytes(row.body).decode(errors="replace"))
        return
    found = quarantine.waiting(reasons)
    rows = [(str(one.pk), one.reason, one.record_id, one.origin, one.problem[:80]) for one in found[:limit]]
    table(rows, ("number", "reason", "record", "node", "problem"))
    if (left := found.count() - len(rows)) > 0:
        say("", f"{left} more; --limit shows them")


@node.command()
@click.argument("number", type=int)
@click.argument("way", type=click.Choice(quarantine.WAYS))
def settle(number: int, way: str) -> None:
    """Settle what waits: drop it, try it again, take it from the node that claims it; of what this node said before it
    was restored, keep ours, or take it back."""
    up_to_date()
    try:
        quarantine.settle(actor=NODE, quarantined_id=number, way=way)
    except (LookupError, quarantine.NotSettled) as error:
        raise click.ClickException(str(error.args[0])) from None
    say("settled", f"{number} by {way}")


@node.command()
@click.option("--peer", "address", help="Only with this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def exchanges(address: str | None, limit: int) -> None:
    """What was exchanged of late."""
    up_to_date()
    found = peers.exchanges(_peer(address) if address else None)
    table([_row(one) for one in found[:limit]],
          ("when", "what", "with", "new", "changed", "gone", "known", "refused", "problem"))  # fmt: skip


def _row(one: Exchange) -> tuple[str, ...]:
    counts = (one.new, one.changed, one.gone, one.same, one.refused)
    return (moments.written(one.began_at)[:19], one.kind, one.peer.address if one.peer else one.what[:40],
            *(str(count) for count in counts), (one.error or one.what)[:80])  # fmt: skip
