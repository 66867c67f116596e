"""localstripe on the loopback address alone: its own command listens on every address. Runs in localstripe's
environment."""

import sys

from aiohttp import web
from localstripe import resources, server

# Every POST would be written to a file in /tmp that all its instances share.
resources.store.dump_to_disk = lambda: None

web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
