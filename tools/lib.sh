# Shared by run, test and bench: say what happens, find what is missing, install it or say exactly how.

say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# need_apt PACKAGE...: installs the Debian packages that are missing; without root it prints the line to run and stops.
need_apt() {
  local missing=()
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" != 0 ]; then
    fail "Some system packages are missing. Run this once, then start again:

  sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "Installing ${missing[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return 0
  apt-get update -qq >/dev/null 2>&1 || true
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}. Its message is above."
}

need_swift() {
  command -v swift >/dev/null ||
    fail 'Swift 6.3 is not installed, or not in PATH. See https://www.swift.org/install/linux/'
}

# What the node needs at build time: OpenSSL, SQLite, and the pieces that turn the client's core into WebAssembly.
build_packages='git python3-venv libssl-dev libsqlite3-dev libargon2-dev pkg-config zlib1g-dev wasi-libc libclang-rt-14-dev-wasm32
  libc++-14-dev-wasm32 libc++abi-14-dev-wasm32 binaryen brotli'

# python_with PACKAGE...: makes .build/venv hold these PyPI packages and prints its interpreter.
python_with() {
  need_apt python3-venv
  local venv=.build/venv stamp
  stamp=$venv/.installed-$(printf '%s' "$*" | cksum | cut -d' ' -f1)
  if [ ! -e "$stamp" ]; then
    [ -x $venv/bin/python ] || /usr/bin/python3 -m venv $venv || fail 'python3 could not make a virtual environment.'
    say "Installing $* ..."
    $venv/bin/python -m pip install -q --disable-pip-version-check "$@" >&2 || fail "pip could not install: $*"
    touch "$stamp"
  fi
  printf '%s\n' "$venv/bin/python"
}

# In a network namespace of its own nothing but loopback exists: no test can reach anything else.
alone() {
  if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
    unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
  else
    "$@"
  fi
}
