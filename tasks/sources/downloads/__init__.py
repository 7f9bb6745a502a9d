"""Downloads over HTTP: resumed, verified, redirected within limits."""
