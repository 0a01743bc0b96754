"""Opens the pages of a static DocC site in headless Chromium and follows their links.

    site.py FOLDER [--base-path /] [--chromium chromium] [--symbols 100] [--tabs 4]

Articles are the pages of modules and the written pages directly below them; all other pages are symbol pages, among them
the lists that DocC makes of inherited members. Opened are all articles that can be reached from the root, every symbol page
that an article links to, every page that is linked with a part after `#`, and of the other symbol pages `--symbols` ones at
equal distances in the order of their paths (0: all). Of an opened page every link and image is looked at as rendered; of
the others the links are read from the data that the page would be rendered from. Wherever a link stands, its target must
have a page and data; and what stands after `#` must be an element of the target as rendered. The program fails with page
and link for what cannot be found, a page without text, an error on the console, a broken image.

The list of all pages at the side, the same everywhere and half the work of a page, is loaded with articles only.
"""

import argparse
import asyncio
import contextlib
import functools
import http.server
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

# A page of DocC is rendered within a second or two; a loaded machine is given this many.
PAGE_SECONDS = 60

# After so many pages on which nothing is rendered the visit ends: the fault is the site's and not theirs.
BLANK_PAGES = 4

# What the list of all pages is made from.
INDEX = "index/index.json"

# Waits for DocC's page, its page of errors or the server's; loads the images that wait for the reader to scroll; returns
# what is to be looked at. The text is that of the page without its navigation and headings. The argument is whether to wait
# for the list of all pages at the side.
INSPECT = """
(async aside => {
  const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  const error = () => document.querySelector('.generic-error, body > h1');
  const page = () => document.querySelector('main h1') && (!aside || document.querySelector('.navigator-card-item'));
  while (document.readyState !== 'complete' || !(page() || error())) await sleep(20);
  await sleep(50);
  const images = [...document.images];
  for (const image of images) image.loading = 'eager';
  await Promise.all(images.map(image => image.complete || new Promise(done => image.onload = image.onerror = done)));
  const text = part => {
    const copy = part.cloneNode(true);
    for (const heading of copy.querySelectorAll('h1, h2, h3, h4')) heading.remove();
    return copy.textContent;
  };
  const source = image => image.currentSrc || image.src;
  return {
    address: location.href,
    error: error()?.innerText ?? null,
    text: [...document.querySelectorAll('main .abstract, main .doc-content')].map(text).join(''),
    links: [...new Set([...document.querySelectorAll('a[href]')].map(link => link.href))],
    names: [...document.querySelectorAll('[id]')].map(element => element.id),
    images: images.length,
    broken: images.filter(image => image.naturalWidth === 0).map(source),
  };
})(%s)
"""


class ProtocolError(Exception):
    """Chromium could not do what it was asked."""


class Browser:
    """Chromium's DevTools protocol over a pair of pipes: JSON messages that end with a zero byte."""

    def __init__(self, chromium, profile):
        self.chromium, self.profile = chromium, profile
        self.number, self.answers, self.listeners = 0, {}, {}

    async def start(self):
        to_read, self.to = os.pipe()
        source, from_write = os.pipe()
        flags = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
                 "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
                 "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--window-size=1280,1000"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses its sandbox to root.
        # The protocol reads descriptor 3 and writes descriptor 4.
        command = 'exec "$0" "$@" 3<&%d 4>&%d' % (to_read, from_write)
        self.process = await asyncio.create_subprocess_exec(
            "bash", "-c", command, self.chromium, *flags, pass_fds=(to_read, from_write),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True)
        os.close(to_read)
        os.close(from_write)
        reader = asyncio.StreamReader(limit=1 << 28)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb"))
        self.reading = asyncio.create_task(self.read(reader))

    async def read(self, reader):
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    answer = self.answers.pop(message["id"])
                    if not answer.done():  # Nobody waits any more for what took too long.
                        answer.set_result(message)
                elif listener := self.listeners.get(message.get("sessionId")):
                    listener(message["method"], message["params"])
        for answer in filter(lambda answer: not answer.done(), self.answers.values()):
            answer.set_exception(ConnectionError(f"{self.chromium} ended; run it with --headless by hand to see why"))

    async def call(self, method, session=None, **parameters):
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        reply = await answer
        if "error" in reply:
            raise ProtocolError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    async def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


class Tab:
    """A page of the browser; `errors` holds what the console said since the last address was opened."""

    def __init__(self, browser, session):
        self.browser, self.session, self.errors = browser, session, []
        browser.listeners[session] = self.hear

    @classmethod
    async def make(cls, browser):
        target = await browser.call("Target.createTarget", url="about:blank")
        attached = await browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = cls(browser, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            await browser.call(domain + ".enable", tab.session)
        return tab

    def hear(self, method, event):
        if method == "Log.entryAdded" and event["entry"]["level"] == "error":
            if "ERR_BLOCKED_BY_CLIENT" in event["entry"]["text"]:
                return  # The index, withheld by `open`.
            self.errors.append(f"{event['entry']['text']} {event['entry'].get('url', '')}".strip())
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description", ""))) for a in event["args"]))

    async def open(self, address, aside):
        """What `INSPECT` returns of the address; without `aside`, the list of all pages is withheld."""
        await self.browser.call("Network.setBlockedURLs", self.session, urls=[] if aside else ["*/" + INDEX])
        self.errors.clear()
        await self.browser.call("Page.navigate", self.session, url=address)
        script = INSPECT % json.dumps(aside)
        while True:
            try:
                reply = await self.browser.call(
                    "Runtime.evaluate", self.session, expression=script, awaitPromise=True, returnByValue=True)
                if "value" in reply["result"]:
                    return reply["result"]["value"]
            except ProtocolError:
                pass  # The document was replaced while the script waited in it: a redirection.
            await asyncio.sleep(0.02)


class Site:
    """The files below a folder; a path is an address without the base and without a closing `/`."""

    def __init__(self, folder, base):
        self.folder, self.base = Path(folder), base

    def path(self, address):
        path = unquote(urlsplit(address).path)
        return path.removeprefix(self.base).strip("/") if (path + "/").startswith(self.base) else None

    @functools.cache
    def data(self, path):
        file = self.folder / "data" / f"{path}.json"
        return json.loads(file.read_text()) if file.is_file() else None

    @functools.cache
    def fault(self, path):
        """What a link to the path lacks."""
        if path is None:
            return "leads out of the base path"
        if (self.folder / path).is_file():
            return None
        if not (self.folder / path / "index.html").is_file():
            return "no such page"
        return None if path == "" or self.data(path) else "page can't be found: it has no data"

    def is_page(self, path):
        return self.data(path) is not None

    def is_article(self, path):
        data = self.data(path)
        return data["metadata"].get("symbolKind") == "module" or data["kind"] == "article" and path.count("/") == 2

    def links(self, path):
        """Addresses that the data of a page refer to."""
        return {r["url"] for r in self.data(path).get("references", {}).values() if r["type"] == "topic"}

    def listed(self):
        """Addresses in the list of all pages."""
        waiting = [i for items in json.loads((self.folder / INDEX).read_text())["interfaceLanguages"].values() for i in items]
        while waiting:
            item = waiting.pop()
            waiting += item.get("children", [])
            if "path" in item:
                yield item["path"]


class Visit:
    """The pages opened, the links followed, and what was wrong."""

    def __init__(self, site, origin, tabs):
        self.site, self.origin, self.tabs = site, origin, tabs
        self.faults, self.links, self.elsewhere, self.images, self.blank = set(), set(), set(), 0, 0
        self.names = {}  # Of each opened page, the names of its elements.
        self.parts = {}  # Of each page, the names that links ask of it, each with a page that has the link.

    def follow(self, page, link, path):
        """The path if the link leads to a page; a fault if it leads nowhere."""
        self.links.add((page, link))
        if fault := self.site.fault(path):
            self.faults.add(f"{page or 'the root'}: link {link}: {fault}")
        elif self.site.is_page(path):
            return path
        return None

    async def look(self, tab, path, aside):
        """Opens a page and returns the paths of the pages that it links to."""
        def fail(what):
            self.faults.add(f"{path or 'the root'}: {what}")

        self.names[path] = set()
        try:
            page = await asyncio.wait_for(tab.open(self.origin + quote(self.site.base + path), aside), PAGE_SECONDS)
        except asyncio.TimeoutError:
            self.blank += 1
            page = {"error": f"nothing rendered within {PAGE_SECONDS} s", "links": [], "names": [], "images": 0, "broken": []}
        for error in tab.errors:
            fail(f"console: {error}")
        if page["error"]:
            fail(page["error"])
        elif not page["text"].strip():
            fail("page without text")
        for image in page["broken"]:
            fail(f"broken image {image}")
        self.images += page["images"]
        self.names[path].update(page["names"])
        targets = set()
        for link in page["links"]:
            if not link.startswith(self.origin + "/"):
                self.elsewhere.add(link)
            elif target := self.follow(path, link.removeprefix(self.origin), self.site.path(link)):
                targets.add(target)
                if part := unquote(urlsplit(link).fragment):
                    self.parts.setdefault(target, {}).setdefault(part, path)
        return targets

    async def start(self):
        """The path of the page that the root leads to, or nothing and a fault."""
        root = self.origin + self.site.base
        try:
            address = (await asyncio.wait_for(self.tabs[0].open(root, True), PAGE_SECONDS))["address"]
        except asyncio.TimeoutError:
            self.faults.add(f"the root: nothing rendered within {PAGE_SECONDS} s")
            self.faults.update(f"the root: console: {error}" for error in self.tabs[0].errors)
            return None
        return self.follow("", address.removeprefix(self.origin), self.site.path(address))

    async def open(self, paths, aside=False):
        """Opens the pages that are not open yet, and returns the paths of the pages that they link to."""
        waiting = sorted(set(paths) - self.names.keys(), reverse=True)
        targets = set()

        async def work(tab):
            while waiting and self.blank < BLANK_PAGES:
                targets.update(await self.look(tab, waiting.pop(), aside))

        await asyncio.gather(*map(work, self.tabs))
        return targets

    def reach(self, start):
        """All pages that can be reached from the start by the list of all pages and the pages' data."""
        def targets(page, links):  # Data have addresses without the base.
            return {path for link in links if (path := self.follow(page, link, unquote(urlsplit(link).path).strip("/")))}

        waiting = {start} | targets("the list of all pages", self.site.listed())
        seen = set()
        while waiting:
            page = waiting.pop()
            seen.add(page)
            waiting |= targets(page, self.site.links(page)) - seen
        return seen

    def check_parts(self):
        for target, parts in self.parts.items():
            for part, page in parts.items():
                if part not in self.names.get(target, {part}):
                    self.faults.add(f"{page}: link /{target}#{part}: the page has no such part")


def sample(paths, count):
    """`count` of the paths at equal distances in their order; 0: all."""
    paths = sorted(paths)
    if not count or count >= len(paths):
        return paths
    return [paths[i * len(paths) // count] for i in range(count)]


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=3600")  # One visit loads scripts and styles once.
        super().end_headers()


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # A browser closes connections that it no longer needs.


@contextlib.contextmanager
def served(folder, base):
    """The origin of a server on the loopback that has the folder at the base path."""
    with tempfile.TemporaryDirectory() as root:
        place = Path(root, "root", base.strip("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(Path(folder).resolve())
        server = Server(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(Path(root, "root"))))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def visit(options):
    base = f"/{options.base_path.strip('/')}/".replace("//", "/")
    site = Site(options.folder, base)
    with served(options.folder, base) as origin, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(options.chromium, profile)
        await browser.start()
        try:
            visit = Visit(site, origin, [await Tab.make(browser) for _ in range(options.tabs)])
            start = await visit.start()
            reached = visit.reach(start) if start else set()
            articles = set(filter(site.is_article, reached))
            linked = await visit.open(articles, aside=True)
            await visit.open(linked)
            await visit.open(sample(reached - visit.names.keys(), options.symbols))
            await visit.open(visit.parts)
            visit.check_parts()
        finally:
            await browser.stop()
    return visit, len(articles), len(reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--base-path", default="/")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--tabs", type=int, default=4)
    options = parser.parse_args()
    start = time.monotonic()
    result, articles, reached = asyncio.run(visit(options))
    for fault in sorted(result.faults):
        print(fault, file=sys.stderr)
    print(f"{articles} articles and {len(result.names) - articles} of {reached - articles} symbol pages opened, "
          f"{len(result.links)} links followed, {result.images} images, {len(result.elsewhere)} addresses elsewhere; "
          f"{len(result.faults)} faults; {time.monotonic() - start:.0f} s")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
