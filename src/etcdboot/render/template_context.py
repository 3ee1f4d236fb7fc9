"""What the templates are given; they only lay it out.

A template of a member sees ``title``, ``member`` (its plan), ``launch``, ``environment_file`` (its path, and
empty unless settings are env), ``etcdctl`` (name and value of each variable), ``etcdctl_file`` (its path),
``grants``, ``ready_marker`` and ``wal_folder`` (paths), ``files`` (of its tree: name, mode on the host,
whether etcd's group may read it, whether only a restart makes a change of it effective), ``requests`` (of the
keys that are made on its host), ``made_here`` (these keys' files), ``needs_pki``, ``system_folders``,
``system_trees`` and ``homes`` (whose folders are no member's).
A template of a client sees ``title``, ``etcdctl`` (as above, without files) and ``etcdctl_files`` (each
further variable, and the file of the bundle that it names).
A template of the whole cluster sees ``title`` and ``processes`` (text).
"""

from __future__ import annotations

from etcdboot.formats import procfile, shell
from etcdboot.formats.characters import CONTROLS_AND_LINE_ENDS, refuse
from etcdboot.plan.plan import ClientPlan, ClusterPlan, MemberPlan
from etcdboot.plan.system_folders import HOMES, SYSTEM_FOLDERS, SYSTEM_TREES
from etcdboot.render.csr_script import key_files, script_requests
from etcdboot.render.etcdctl_env import bundle_files, bundle_variables, etcdctl_variables
from etcdboot.render.launch import launch
from etcdboot.render.targets import ENVIRONMENT_FILE, ETCDCTL_FILE, rows_of
from etcdboot.render.unit_sandbox import grants, ready_marker, wal_folder
from etcdboot.spec.spec import Settings


def member_values(plan: ClusterPlan, member: MemberPlan) -> dict[str, object]:
    """What a template of one member may use; Unsayable for a name that no comment can hold."""
    return {
        "title": _comment(f"member {member.name} of cluster {plan.name}"),
        "member": member,
        "launch": launch(member, plan.settings),
        "environment_file": _environment_file(plan, member),
        "etcdctl": etcdctl_variables(plan, member),
        "etcdctl_file": str(member.paths.config_dir / ETCDCTL_FILE),
        "grants": grants(member),
        "ready_marker": ready_marker(member),
        "wal_folder": wal_folder(member),
        "files": [
            {"name": file.name, "mode": f"{file.host.mode:04o}", "secret": file.secret, "starts": file.starts}
            for file in (row.file_for(member) for row in rows_of(plan, member))
        ],
        "requests": script_requests(member),
        "made_here": key_files(member),
        "needs_pki": bool(member.certificates or member.carried),
        "system_folders": SYSTEM_FOLDERS,
        "system_trees": SYSTEM_TREES,
        "homes": HOMES,
    }


def client_values(plan: ClusterPlan, client: ClientPlan) -> dict[str, object]:
    """What a template of one client may use; Unsayable for a name that no comment can hold."""
    return {
        "title": _comment(f"client {client.name} of cluster {plan.name}"),
        "etcdctl": bundle_variables(plan),
        "etcdctl_files": bundle_files(client),
    }


def cluster_values(plan: ClusterPlan) -> dict[str, object]:
    """What a template of the whole cluster may use."""
    processes = ((procfile.process_name(member.name), _process(plan, member)) for member in plan.members)
    return {"title": _comment(f"cluster {plan.name}"), "processes": procfile.dump(processes)}


def _process(plan: ClusterPlan, member: MemberPlan) -> tuple[str, ...]:
    """The words that a Procfile's line runs; they hold no ``$``, which one runner would replace."""
    start = launch(member, plan.settings)
    file = _environment_file(plan, member)
    if not file:
        return start.argv
    return ("/bin/sh", "-c", f"set -a; . {shell.quote(file)}; set +a; exec {shell.join(start.argv)}")


def _environment_file(plan: ClusterPlan, member: MemberPlan) -> str:
    return str(member.paths.config_dir / ENVIRONMENT_FILE) if plan.settings is Settings.ENV else ""


def _comment(text: str) -> str:
    refuse(text, CONTROLS_AND_LINE_ENDS, "a comment")
    return text
