#!/usr/bin/env bash
# The static pages in a browser: every link and image of them (site.py says which pages are opened).
#   site.sh FOLDER BASE_PATH [options of site.py]
# Uses Chromium, or the program that CHROMIUM names; installs Debian's where there is none, and skips where that fails.
set -euo pipefail
here=$(dirname "$0")
folder=$1 base=$2
shift 2

found() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$name" ] && command -v "$name"; then return 0; fi
  done
  return 1
}

install_chromium() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null; then as_root="sudo -n"; else return 1; fi
  echo "Installing chromium"
  $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
}

if ! found >/dev/null && ! { install_chromium && found >/dev/null; }; then
  echo "Skipped: the pages were not opened, since there is no Chromium and apt-get could not install it." >&2
  echo "Install chromium, or name a browser of its kind: CHROMIUM=… make site-test" >&2
  exit 0
fi
"${PYTHON:-python3}" "$here/site.py" "$folder" --base-path "$base" --chromium "$(found)" "$@"
