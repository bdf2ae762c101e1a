# The groups of ./test. Each check runs one command, keeps its output in .build/test-logs and counts what it reports.

passed=0 failed=0 skipped=0 again=0
logs=.build/test-logs
mkdir -p "$logs"

# count PASSED FAILED SKIPPED AGAIN: AGAIN of those passed at their second try only.
count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)) again=$((again + $4)); }

# last_number FILE REGEX: the number in the last match of an extended regular expression, or 0.
last_number() { grep -oE "$2" "$1" | tail -1 | grep -oE '[0-9]+' | head -1 || echo 0; }

# check NAME READER COMMAND...: runs the command; READER (whole, swift, pytest, deno) says how to count its output.
check() {
  local name=$1 reader=$2 log status started
  shift 2
  log=$logs/$name.log
  started=$SECONDS
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  read -r p f s a < <("read_$reader" "$log" "$status")
  count "$p" "$f" "$s" "${a:=0}"
  printf '%-28s %4d passed %3d failed %3d skipped  %4d s' "$name" "$p" "$f" "$s" $((SECONDS - started))
  if [ "$a" -gt 0 ]; then printf '  (%d at the second try)\n' "$a"; else echo; fi
  if grep -h '^second try: ' "$log" && [ "${CI:-}" = true ]; then
    sed -n '/^_* first try of .* _*$/,/^=* second tries =*$/p' "$log" | head -400
  fi
  grep -hE '^(SKIPPED|seed|skipped:)|Test .* skipped' "$log" | sort -u | head -20
  if [ "$f" -gt 0 ]; then
    grep -nE 'error:|✘|FAILED|^E  |failed|Error' "$log" | head -60
    echo "... whole output: $log"
    [ "${CI:-}" = true ] && tail -80 "$log"
  fi
  return 0
}

# A reader prints "passed failed skipped", pytest's also how many of those that passed did so at the second try. A command
# that fails without reporting a failure counts as one.
settle() {
  local p=$1 f=$2 s=$3 status=$4 again=${5:-}
  [ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
  [ "$status" -eq 0 ] && [ $((p + s)) -eq 0 ] && f=1
  echo "$p $f $s $again"
}
read_whole() { if [ "$2" -eq 0 ]; then echo 1 0 0; else echo 0 1 0; fi; }
read_swift() {
  local total f s
  total=$(last_number "$1" 'Test run with [0-9]+ tests?')
  f=$(grep -E '^✘ Test .* failed after' "$1" | grep -vc 'Test run with')
  s=$(grep -c '^➜ Test ' "$1")
  settle $((total - f - s)) "$f" "$s" "$2"
}
read_pytest() {
  settle "$(last_number "$1" '[0-9]+ passed')" \
    $(($(last_number "$1" '[0-9]+ failed') + $(last_number "$1" '[0-9]+ errors?'))) \
    "$(last_number "$1" '[0-9]+ skipped')" "$2" "$(last_number "$1" '[0-9]+ at the second try')"
}
read_deno() {
  settle "$(last_number "$1" '[0-9]+ passed')" "$(last_number "$1" '[0-9]+ failed')" \
    "$(last_number "$1" '[0-9]+ ignored')" "$2"
}

# Every Swift group shares one debug build of everything, the node included.
built=no
swift_build() {
  [ "$built" = yes ] && return 0
  check build whole swift build --build-tests
  check web whole tools/build-web .build/web
  built=yes
}

deno() { "$(dirname "$(python_with deno==2.9.8)")/deno" "$@"; }

group_unit() {
  check format-swift whole swift format lint --strict --recursive Sources Tests Fuzz Package.swift
  check format-web whole deno fmt --check
  check lint-web whole deno lint
  check types-web whole deno check Web
  check test-web deno deno test --allow-read --allow-run --allow-env Tests/WebTests
  check boundaries whole /usr/bin/python3 tools/check-boundaries
  check claims whole /usr/bin/python3 tools/check-claims
  check embedded whole tools/check-embedded
  swift_build
  check unit swift swift test --skip-build --skip SimulationTests --skip CongestionTests --skip Vector
  check allocations whole tools/check-allocations
}

group_vectors() {
  swift_build
  check vectors swift swift test --skip-build --filter Vector
  check vectors-wasm deno deno test --allow-read --allow-run --allow-env Tests/WasmTests
}

group_simulation() {
  swift_build
  check simulation swift swift test --skip-build --filter 'SimulationTests|CongestionTests'
}

# Independent MLS libraries: mls-rs, OpenMLS, mlspp, and one in Python.
mls_peers='agentvault-mls-rs-uniffi==0.1.1 davey==0.1.7 dave.py==1.1.0 rfc9420==1.3.0'

group_interop() {
  need_apt iproute2
  swift_build
  local python
  # What is missing of these is said by the tests that need it.
  # shellcheck disable=SC2086
  (python_with $mls_peers) >/dev/null || true
  python=$(python_with pytest aiortc==1.16.0 websockets)
  check interop pytest alone "$python" -m pytest -q -rs -p Tests.second_try Tests/InteropTests
}

group_browser() {
  need_apt iproute2 chromium firefox-esr xvfb xauth fonts-noto-core fonts-noto-color-emoji
  swift_build
  local python
  python=$(python_with pytest playwright==1.64.1 axe-playwright-python==0.1.8 aiortc==1.16.0 websockets)
  check page pytest alone "$python" -m pytest -q -rs -p Tests.second_try Tests/WebTests/ui
  check browser pytest alone "$python" -m pytest -q -rs -p Tests.second_try Tests/BrowserTests
}

group_fuzz() {
  check fuzz whole Fuzz/run "$FUZZ_SECONDS"
}
