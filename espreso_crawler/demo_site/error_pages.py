"""Pages that stand in for the one that was asked for: a bot challenge and a server error."""

_CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><meta name="robots" content="noindex,nofollow">
<meta http-equiv="refresh" content="360"></head><body><div class="main-wrapper" role="main"><div class="main-content">
<noscript><div class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript>
</div></div><script>(function(){window._cf_chl_opt = {cvId: '3', cType: 'managed'};
var a = document.createElement('script'); a.src = '/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1';
document.getElementsByTagName('head')[0].appendChild(a);}());</script></body></html>
"""
_ERROR = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Service temporarily unavailable</title></head>
<body><div class="flex-center"><div class="code">503</div><div class="message">Something went wrong. Try later.</div></div>
</body></html>
"""


def challenge_page() -> bytes:
    """Return a page like Cloudflare's bot challenge."""
    return _CHALLENGE.encode()


def error_page() -> bytes:
    """Return a framework's error page."""
    return _ERROR.encode()
