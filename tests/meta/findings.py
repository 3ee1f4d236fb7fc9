"""Each finding of the security review, and the tests that hold the right behaviour: ``path::test``.

``docs/security.md`` describes them under the same ids; ``test_findings.py`` fails on a missing row or test.
"""

from __future__ import annotations

FINDINGS: dict[str, tuple[str, ...]] = {
    "A1-foreign-files": (  # install.sh replaced or removed files that it had not installed
        "tests/integration/test_install_ownership.py::test_foreign_files_are_all_named_and_nothing_changes",
        "tests/integration/test_install_ownership.py::test_adopt_moves_foreign_files_aside_and_loses_none",
        "tests/integration/test_install_ownership.py::test_an_edited_file_is_refused_and_adopt_keeps_the_edit",
    ),
    "A1-foreign-folder": (  # config-dir: /etc/kubernetes lost kubeadm's pki/
        "tests/integration/test_install_ownership.py::test_the_folder_of_another_program_is_never_touched",
    ),
    "A2-system-folder": (  # data-dir: /var/lib and the like were chowned and chmodded
        "tests/integration/test_install_folders.py::test_system_folders_are_refused_and_left_as_they_are",
        "tests/unit/rules/test_rules.py::test_a_rule_names_the_fault_and_its_place",
        "tests/property/test_folders.py::test_the_parent_of_a_usual_folder_is_refused",
    ),
    "A2-nested-folders": (  # data-dir below config-dir/pki was replaced with it
        "tests/integration/test_install_folders.py::test_one_folder_in_the_other_is_refused",
        "tests/unit/rules/test_rules.py::test_a_rule_names_the_fault_and_its_place",
        "tests/property/test_folders.py::test_a_folder_inside_another_is_refused",
    ),
    "A3-make-csr": (  # make-csr.sh followed a folder that the etcd user had exchanged
        "tests/integration/test_install_attacks.py::test_a_key_is_never_created_where_etcd_can_exchange_folders",
    ),
    "A3-data-dir-symlink": (  # install.sh chowned what a symlink at the data-dir led to
        "tests/integration/test_install_attacks.py::test_a_symlink_at_the_data_dir_is_not_followed",
    ),
    "A3-chmod-race": (  # install.sh chmodded a file that the etcd user had exchanged
        "tests/integration/test_install_attacks.py::test_an_exchanged_certificate_is_not_followed",
    ),
    "A4-shared-ca": (
        "tests/lab/test_separate_peer_ca.py"
        "::test_by_default_a_client_certificate_opens_no_peer_port_and_with_one_ca_it_does",
        "tests/lab/test_separate_peer_ca.py"
        "::test_a_living_cluster_goes_from_one_ca_to_two_and_no_write_fails",
        "tests/unit/workflows/test_ca_layout.py::test_check_judges_an_open_layout_by_pki",
        "tests/unit/rules/test_rules.py::test_a_rule_names_the_fault_and_its_place",
    ),  # with one CA, any client certificate reads the raft log at the peer port
    "A5-env": (
        "tests/cli/test_local_trust.py::test_a_state_folder_that_another_user_laid_is_exit_7",
        "tests/cli/test_local_trust.py::test_a_malformed_answer_is_exit_7",
        "tests/cli/test_local_trust.py::test_values_are_quoted_for_the_shell",
        "tests/unit/effects/test_control_trust.py::test_a_process_of_another_user_behind_the_socket_is_refused",
    ),  # `env` printed names from a foreign control socket unquoted
    "A5-ps": (
        "tests/cli/test_local_trust.py::test_a_malformed_answer_is_exit_7",
    ),  # `ps` printed escape sequences from the answer
    "A5-malformed-answer": (
        "tests/unit/effects/test_control_trust.py::test_a_malformed_answer_is_refused",
        "tests/unit/effects/test_control_trust.py::test_an_answer_without_end_is_bounded_in_time_and_size",
        "tests/cli/test_local_trust.py::test_every_command_refuses_a_malformed_answer",
    ),  # a malformed answer was exit 1
    "A6-member-like-client": (
        "tests/unit/rules/test_rules.py::test_a_rule_names_the_fault_and_its_place",
        "tests/unit/pki/store/test_audit.py::test_a_certificate_with_the_name_of_another_user_is_an_error",
        "tests/integration/test_users.py::test_a_member_named_like_a_user_is_that_user_and_is_refused",
        "tests/integration/test_users.py::test_a_certificate_of_the_superuser_is_adopted_for_nobody_else",
    ),  # a member named root or like a client is that etcd user
    "A7-forged-lines": (
        "tests/cli/test_verify_hostile.py::test_an_endpoint_cannot_write_on_the_terminal",
        "tests/unit/cli/test_outlets.py::test_it_stays_one_short_line_of_printable_characters",
    ),  # an endpoint's text wrote lines and escapes on the terminal
    "A7-diagnostics": (
        "tests/cli/test_hostile_files.py::test_a_common_name_starts_no_line_of_its_own",
        "tests/unit/cli/test_outlets.py::test_it_stays_one_short_line_of_printable_characters",
    ),  # line breaks of foreign text survived in diagnostics
    "A10-lock": (  # several install.sh at once
        "tests/integration/test_install_script.py::test_only_one_run_at_a_time_works_on_a_config_dir",
    ),
    "A10-secret-modes": (
        "tests/cli/test_secret_modes.py::test_a_secret_file_that_others_can_read_is_warned_of",
    ),  # secret files that others can read
    "A10-root-user": ("tests/unit/rules/test_rules.py::test_a_rule_names_the_fault_and_its_place",),
    "A10-passphrase": (
        "tests/integration/test_up_background.py::test_a_cluster_in_the_background_keeps_no_passphrase_in_its_environment",
        "tests/unit/effects/process/test_background.py::test_a_passphrase_is_not_in_the_childs_environment",
        "tests/unit/effects/process/test_external_signer.py::test_our_own_secrets_and_etcds_settings_are_not_passed_on",
    ),  # passphrases kept in the environment of `up --detach` and of signers
    "A10-unit": (  # what the unit lacked
        "tests/integration/test_rendered_files.py::test_systemd_calls_the_unit_well_confined",
        "tests/integration/test_rendered_files.py::test_quick_exits_reach_the_start_limit",
        "tests/lab/test_unit_restarts.py::test_a_member_that_exits_is_restarted_and_a_removed_one_is_not",
        "tests/lab/test_unit_restarts.py::test_a_member_that_was_ready_does_not_start_without_its_data",
        "tests/lab/test_unit_restarts.py::test_the_filter_allows_low_ports_and_the_rotation_of_log_files",
    ),
    "B2-subject": (
        "tests/unit/cfssl/test_subjects.py::test_each_certificate_has_the_subject_of_its_own_request",
        "tests/unit/cfssl/test_subjects.py::test_superusers_of_kubernetes_are_taken_over_for_nobody_and_named",
        "tests/property/test_cfssl.py::test_no_organization_gets_into_a_certificate_whose_request_does_not_have_it",
        "tests/integration/test_cfssl.py::test_no_renewed_certificate_has_an_organization_that_its_predecessor_did_not_have",
    ),  # one request's O was given to all certificates
    "EB304-hint": (
        "tests/meta/test_remedies.py::test_no_message_or_hint_tells_to_move_the_pki_away",
        "tests/lab/test_separate_peer_ca.py"
        "::test_the_remedies_of_both_contradictions_leave_a_running_cluster_as_it_is",
        "tests/unit/plan/test_ca_layout.py::test_the_way_from_one_ca_to_two_is_a_split_and_never_a_new_folder",
    ),  # a hint whose remedy was an outage
}
