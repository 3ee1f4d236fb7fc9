"""What a well-formed spec must also fulfil: one table of rules, each a function of its own.

A new rule is one function and one row, an entry in base/diagnostic_codes.py, and a failing example in its
test.
"""

from __future__ import annotations

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.plan.plan import ClusterPlan
from etcdboot.rules import addresses, bootstrap, certificates, flag_values, flags, folders, members, releases
from etcdboot.rules.finding import Rule
from etcdboot.spec.spec import ClusterSpec

RULES: tuple[Rule, ...] = (
    members.names_are_unique,
    members.names_are_free,
    members.names_are_not_users,
    members.names_fit_a_procfile,
    members.count_survives_a_loss,
    members.founders_exist,
    addresses.host_is_written,
    addresses.schemes_follow_tls,
    addresses.listens_on_addresses,
    addresses.advertises_something_dialable,
    addresses.advertises_what_it_listens_on,
    addresses.loopback_stays_at_home,
    addresses.name_without_address_listens_everywhere,
    addresses.peer_urls_are_unique,
    addresses.ports_are_free,
    addresses.procfile_is_for_one_machine,
    addresses.hosts_need_absolute_paths,
    folders.folders_are_its_own,
    folders.folders_are_apart,
    folders.folders_are_not_the_systems,
    folders.folders_are_not_temporary,
    folders.binary_is_not_etcds,
    folders.user_is_not_root,
    releases.version_is_written,
    releases.release_is_safe,
    releases.release_is_supported,
    releases.minors_are_neighbours,
    releases.peer_port_is_guarded,
    flags.flags_can_be_told,
    flags.settings_can_say_the_flags,
    flags.verification_is_not_switched_off,
    flags.allowed_names_exclude_one_another,
    flags.revocation_lists_have_one_master,
    flags.revocation_lists_are_der,
    flags.revocation_binds_grpc,
    flag_values.election_outlasts_heartbeats,
    flag_values.timing_is_the_same_everywhere,
    flag_values.quota_is_reasonable,
    flag_values.revisions_are_counted_not_timed,
    flag_values.wal_has_a_folder_of_its_own,
    flag_values.rotation_has_one_file,
    flag_values.tls_versions_are_in_order,
    flag_values.ciphers_carry_http2,
    flag_values.lease_checkpoints_come_first,
    flag_values.hash_checks_have_an_interval,
    bootstrap.mode_has_what_it_needs,
    bootstrap.keys_are_of_the_mode,
    bootstrap.mode_is_of_the_release,
    bootstrap.token_is_made,
    bootstrap.discovery_credentials_are_whole,
    bootstrap.srv_targets_are_names,
    bootstrap.plain_records_are_seen,
    bootstrap.discovery_is_your_own,
    bootstrap.auto_tls_is_for_trials,
    bootstrap.self_made_certificates_have_a_lifetime,
    certificates.lifetimes_nest,
    certificates.masters_are_single_clients,
    certificates.clients_are_unique,
    certificates.files_are_its_own,
    certificates.a_client_has_names_of_its_own,
    certificates.clients_are_no_peers,
    certificates.source_has_its_files,
    certificates.authority_is_ours,
    certificates.path_reaches_the_leaves,
    certificates.constraints_permit_the_plan,
    certificates.networks_are_known_to_clients,
    certificates.underscores_are_known_to_verifiers,
)


def judge(spec: ClusterSpec, plan: ClusterPlan) -> tuple[Diagnostic, ...]:
    """All that the rules find, each complaint once, in the rules' order."""
    found = (finding.diagnostic() for rule in RULES for finding in rule(spec, plan))
    return tuple(dict.fromkeys(found))
