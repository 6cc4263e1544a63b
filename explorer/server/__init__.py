"""Who may ask for what over HTTP, and how it is answered; nothing here knows how a view looks."""
