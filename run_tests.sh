#!/usr/bin/env bash
# Sets up .venv with everything the tests need and runs them. Arguments after the first go to pytest.
#   ./run_tests.sh             checks, types, and all tests but those below
#   ./run_tests.sh --browser   the journeys in a real Chromium
#   ./run_tests.sh --long      crash, load, unplug and soak tests: processes are really killed; whole runs of the command
#                              line and of the documents' commands; and all cases of what the first part tries a few of
#   ./run_tests.sh --all       all of these, one after the other
#   ./run_tests.sh --real      against SGLang itself, without a GPU, in .sglang-venv (3 GB and 3 minutes the first time)
#   ./run_tests.sh --containers  Dockerfile and compose.yaml, built and run by podman; as root, not part of CI
set -euo pipefail
unset CDPATH
unset PYTHONDONTWRITEBYTECODE  # every process that is started would compile all of it once more
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
browser=(tests/browser)
long=(tests/jobs/crash tests/jobs/load tests/jobs/unplug tests/soak)
# Whole runs, one after the other in a process each.
long+=(tests/cli tests/documents/test_commands.py tests/documents/test_api_page.py tests/documents/test_mcp_page.py)
long+=(tests/hostile/test_environments.py tests/hostile/test_servers_that_misbehave.py tests/core/test_file_access.py)
long+=(tests/jobs/model/test_ordered.py tests/jobs/execution/test_film_orders.py tests/jobs/servers/test_preview_process.py)
long+=(tests/providers/test_services_in_the_engine.py tests/api/test_mcp.py)
# All combinations, whole processes, and what waits for a server that hangs. What is not named here of a file is in the quick part.
long+=(tests/api/test_openai_sdk.py tests/api/test_schema.py tests/hostile/test_patterns.py)
long+=(tests/contract/test_create.py tests/contract/test_numbers.py)
long+=(tests/hostile/test_nothing_goes_elsewhere.py::test_only_what_is_configured_is_spoken_to\[{dashscope,openai}\])
long+=(tests/launcher/test_tune.py tests/launcher/test_environment.py::test_it_is_installed_once_and_used_from_then_on)
long+=(tests/launcher/test_launch.py::test_{a_server_that_dies,a_server_that_fails_its_warm_up_is_never_called_ready})
long+=(tests/launcher/test_launch.py::test_{a_server_in_the_middle_of_a_render_is_waited_for,two_at_once_of_which_one_dies})
long+=(tests/launcher/test_launch.py::test_{a_server_that_does_not_listen_is_ended_by_the_second_signal,a_start_and_a_stop\[{1,2}\]})
long+=(tests/doctor/test_command.py::test_no_key_and_no_password_is_ever_told)
long+=(tests/jobs/acts/test_every_act.py::test_every_act_in_this_state tests/jobs/storage/test_workers.py)
long+=(tests/jobs/model/test_makers.py::test_{a_new_job_asks_for_its_own_texts_and_picture,the_same_maker_is_asked_for_nothing_twice})
long+=(tests/jobs/model/test_makers.py::test_{only_what_is_there_and_fits_can_be_reused,results_of_an_unknown_maker_are_told_by_their_service})
long+=(tests/jobs/model/test_makers.py::test_{what_was_made_before_is_offered_and_taken_where_a_person_chooses_it,a_worker_that_takes_a_job_up_asks_too})
long+=(tests/jobs/execution/test_takes.py::test_{it_stops_at_the_first_good_take,the_cap_is_said_and_kept,a_persons_own_copy_is_one_take})
long+=(tests/jobs/execution/test_take_report.py::test_{words_stay_out_of_the_video_where_prompts_do,nothing_is_sent_where_nobody_hears})
long+=(tests/jobs/execution/test_take_report.py::test_a_kill_while_listening_fetches_and_asks_nothing_again)
long+=(tests/jobs/execution/test_take_report.py::test_in_a_crowd_every_file_is_made_safe_before_a_service_hears_one)
long+=(tests/jobs/execution/test_take_report.py::test_each_way_of_failing_ends_in_words_and_the_job_is_completed)
long+=(tests/jobs/execution/test_poller.py::test_a_server_that_hangs_delays_no_other)
long+=(tests/jobs/execution/test_dispatch.py::test_a_server_that_hangs_holds_up_no_other)
long+=(tests/jobs/execution/test_prepare.py::test_a_big_batch_is_prepared_a_dozen_at_a_time_and_holds_up_nobody_else)
long+=(tests/jobs/execution/test_automatic_retry.py::test_a_save_that_is_cut_off_and_begun_again_makes_one_try)
long+=(tests/jobs/plan/test_plan_and_bill.py::test_what_was_shown_happens_in_many_histories tests/jobs/test_worker.py)
long+=(tests/jobs/service/test_film_sheet.py::test_a_long_film_costs_as_many_questions_as_a_short_one)
long+=(tests/ui/film/test_sheet.py::test_a_long_sheet_costs_what_a_short_one_does tests/description/test_hostile_texts.py)
long+=(tests/test_secrets_in_settings.py::test_no_setting_quotes_it_in_any_shape)
long+=(tests/jobs/service/test_hand_over.py::test_one_shot_and_a_hundred_in_every_format\[101\])
long+=(tests/jobs/store/test_processes.py::test_{eight_writers_lose_nothing,four_claimers_share_three_servers})
long+=(tests/jobs/store/test_processes.py::test_{what_four_processes_do_to_the_same_jobs_happens_once,processes_that_find_an_empty_database_make_the_tables_once})
long+=(tests/ui/create/test_restored_round_trip.py tests/media/test_joining.py::test_{fifty_shots_end_together,one_shot_and_a_hundred})
long+=(tests/film/test_storyboard_pdf.py::test_every_shot_has_its_row\[300\])
long+=(tests/compatibility/test_older_outputs.py::test_a_finished_run_is_rendered_again_from_its_{id,video_alone})
long+=(tests/steps/test_step_scripts.py::test_{wrong_input_is_exit_code_2_with_its_kind,a_name_that_leaves_no_room_is_said_before_anything_is_bought})
real=(tests/real)
containers=(tests/containers)

# One more than there are cores: much of it waits for processes of its own.
more_than_cores=$(( $("$PYTHON" -c 'import os; print(os.cpu_count() or 1)') + 1 ))

set_up() {
  [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
  local stamp=.venv/installed-dev.sha256
  if ! sha256sum --status --check "$stamp" 2>/dev/null; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-voices.lock
    sha256sum requirements-dev.lock requirements-voices.lock > "$stamp"
  fi
}

# axe-core and what else comes from npm. Without it, or without Chromium, tests are skipped, and pytest says so.
set_up_node() {
  local node=tests/browser/node
  if command -v npm >/dev/null && ! cmp -s "$node/package-lock.json" "$node/node_modules/installed.json"; then
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$node"
    cp "$node/package-lock.json" "$node/node_modules/installed.json"
  fi
}

# Of several processes each begins with files that lie side by side, which share what is set up for them.
run() { .venv/bin/python -m pytest -rs --durations=15 --dist worksteal "$@"; }

quick() {
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  # Beside the tests: on a clean checkout it takes a core for a minute and a half.
  local types code=0
  types=$(mktemp)
  .venv/bin/mypy . >"$types" 2>&1 &
  local mypy=$!
  local left_out=() options=() one
  for one in "${browser[@]}" "${long[@]}" "${real[@]}" "${containers[@]}"; do
    [[ " $*" == *" ${one%%::*}"* ]] && continue  # what is named is run
    left_out+=("$one")
    if [[ $one == *::* ]]; then options+=("--deselect=$one"); else options+=("--ignore=$one"); fi
  done
  echo "Not in this part: ${left_out[*]}. Run them with: ./run_tests.sh --browser, --long, --real, --containers"
  # One more again: a third of its time a test waits for a thread of its own.
  run -n "$((more_than_cores + 1))" "${options[@]}" "$@" || code=$?
  wait "$mypy" || code=1
  cat "$types"
  rm "$types"
  return "$code"
}

# Two at once: a browser waits for its app, and the app for its workers.
in_browser() { set_up_node; run -n 2 "${browser[@]}" "$@"; }

at_length() { run -n "$more_than_cores" "${long[@]}" "$@"; }

with_sglang() {
  tests/real_sglang/setup.sh
  set_up_node
  # Two at once: a file starts a server or several and waits for them for a minute or more.
  REAL_SGLANG=1 run -n 2 --dist loadfile tests/contract "${real[@]}" "$@"
}

in_containers() {
  tests/containers/setup.sh
  run "${containers[@]}" "$@"
}

set_up
case "${1:-}" in
  --browser) shift; in_browser "$@" ;;
  --long) shift; at_length "$@" ;;
  --all) shift; quick "$@"; at_length "$@"; in_browser "$@" ;;
  --real) shift; with_sglang "$@" ;;
  --containers) shift; in_containers "$@" ;;
  *) quick "$@" ;;
esac
