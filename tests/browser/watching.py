"""What a page must never do: complain on the console, break the policy, or ask another host."""

from urllib.parse import urlsplit

TELL = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""
LOCAL = {"data", "blob", "about"}


class Watch:
    """Listens to one context from its first page on."""

    def __init__(self, context, address):
        self.host = urlsplit(address).netloc
        self.faults = []
        self.refused = set()
        context.add_init_script(TELL)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", self._follow)
        context.on("response", self._note)

    def _hear(self, message):
        where = message.location.get("url", "")
        if message.type in {"error", "warning"} and where not in self.refused:
            self.faults.append(f"console: {message.text} ({where})")

    def _follow(self, request):
        url = urlsplit(request.url)
        if url.scheme not in LOCAL and url.netloc != self.host:
            self.faults.append(f"asked {request.url}")

    def _note(self, response):
        """A page that says no is a page; what it is made of must be there."""
        if response.status >= 400 and response.request.is_navigation_request():
            self.refused.add(response.url)
        if response.status == 500:
            self.faults.append(f"500 from {response.url}")
