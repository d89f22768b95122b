"""The few files inside the catalogue's images: one layer each, path to text."""

from typing import Final

_STUB: Final = "#!/bin/sh\n# A stand-in: the sandbox runs this program itself.\n"

_NOTE: Final = (
    "This is not the real image. It is a small stand-in made by the ecslab sandbox,\n"
    "with the same configuration and a few of its files. Do not use it anywhere else.\n"
)

_NGINX_PAGE: Final = """\
<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto; font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is up and answers.</p>
</body>
</html>
"""

_NODE_APP: Final = """\
const express = require('express');

const app = express();

app.get('/', (req, res) => {
  res.send("<h1>Hello from this Node app!</h1><p>Visit <a href='/error'>/error</a> to make it fail.</p>");
});

app.get('/error', (req, res) => {
  process.exit(1);
});

app.listen(process.env.PORT || 80);
"""


def _os(ident: str, pretty: str, programs: tuple[str, ...]) -> dict[str, str]:
    return {
        "ECSLAB-SYNTHETIC.txt": _NOTE,
        "etc/os-release": f'ID={ident}\nPRETTY_NAME="{pretty}"\n',
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        **{f"bin/{name}": _STUB for name in programs},
    }


_SHELL: Final = ("cat", "echo", "env", "false", "ls", "sh", "sleep", "true")

DEBIAN: Final = _os("debian", "Debian GNU/Linux", (*_SHELL, "bash"))
ALPINE: Final = _os("alpine", "Alpine Linux", (*_SHELL, "busybox"))
BUSYBOX: Final = _os("busybox", "BusyBox", (*_SHELL, "busybox", "httpd"))
HTTPD: Final = {
    "usr/local/apache2/bin/httpd": _STUB,
    "usr/local/apache2/conf/httpd.conf": 'Listen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n',
    "usr/local/apache2/htdocs/index.html": "<html><body><h1>It works!</h1></body></html>\n",
    "usr/local/bin/httpd-foreground": _STUB,
}
NGINX: Final = {
    "docker-entrypoint.sh": _STUB,
    "etc/nginx/nginx.conf": "http { server { listen 80; root /usr/share/nginx/html; } }\n",
    "usr/sbin/nginx": _STUB,
    "usr/share/nginx/html/index.html": _NGINX_PAGE,
}
NODE_EXAMPLE: Final = {
    "app/app.js": _NODE_APP,
    "app/package.json": '{"name": "node-example-1", "dependencies": {"express": "^4.17.1"}}\n',
    "usr/local/bin/docker-entrypoint.sh": _STUB,
    "usr/local/bin/node": _STUB,
}
REDIS: Final = {"usr/local/bin/redis-server": _STUB, "usr/local/bin/redis-cli": _STUB}
AWS_CLI: Final = {"usr/local/bin/aws": _STUB}
