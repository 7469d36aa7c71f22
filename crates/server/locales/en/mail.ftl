# Mail: what mails say, their settings, and deciding by a link

mail-asked = To decide: request { $id }
mail-waits = Still to decide: request { $id }
mail-lapses = About to lapse: request { $id }
mail-approved = Approved: your request { $id }
mail-refused = Refused: your request { $id }
mail-who-asks = { $who } asks to { $what }.
mail-customers = { $n ->
    [one] It is about { $n } customer.
   *[other] It is about { $n } customers.
}
mail-when = Asked { $made }, can be decided until { $lapses }.
mail-kind-access = see fields of a customer
mail-kind-export = export customers
mail-kind-handover = hand customers over
mail-kind-claim = own a customer
mail-kind-share = share a customer
mail-kind-policy = put another policy in force
mail-kind-tiers = put another tier rule in force
mail-kind-release = release somebody who is frozen
mail-follow = Open the link and prove with your password and a code that it is you; you are shown the request then, and decide. Or decide in the console's inbox:
mail-own = The link is for you alone; do not pass it on. This mail holds no customer's data.
mail-read-answer = The answer stands in the console, under Approvals.
mail-tasks = { $n ->
    [one] { $n } task due
   *[other] { $n } tasks due
}
mail-tasks-due = Tasks due today: { $n }.
mail-tasks-overdue = Tasks overdue: { $n }.
mail-tasks-where = They stand in the console, under Tasks.
mail-trial = Test mail
mail-trial-text = This mail arrived, so the mail settings work.

settings-mail = Mail
settings-mail-lead = Tells staff by mail when something waits for their decision, when their request was decided, and when tasks are due. No customer's data is in a mail, and each is in the ledger.
settings-mail-on = Sent by { $host }
settings-mail-off = Not set up: no mail is sent
settings-mail-server = Mail server
settings-mail-password = Password of the server
settings-mail-password-set = A password is set for this server.
settings-mail-password-none = No password is set for this server.
settings-mail-password-note = It is sealed and never shown again. Another server, port or user needs it anew.
settings-mail-trial = Test
settings-mail-trial-note = Sends a mail to yourself, to see whether the server takes it.
settings-mail-box = Outbox
settings-mail-waiting = { $n ->
    [one] { $n } mail waits
   *[other] { $n } mails wait
}
settings-mail-given-up = { $n } given up in the last 7 days
settings-mail-unknown = { $n } cut short by a stop of the server: nobody knows whether they arrived, and they are not sent again
settings-mail-none-failed = No mail failed in the last 7 days.
settings-mail-to = To
settings-mail-about = About
settings-mail-time = Last try
settings-mail-why = Why
mail-about-asked = Request { $about } to decide
mail-about-waits = Request { $about } still to decide
mail-about-lapses = Request { $about } about to lapse
mail-about-decided = Answer to request { $about }
mail-about-tasks = Tasks of the day
mail-state-given-up = given up
mail-state-again = tried again later
mail-fault-unreachable = The server cannot be reached or does not answer
mail-fault-tls = No encrypted connection, or its certificate is not trusted
mail-fault-sign-in = The server does not accept user and password
mail-fault-later = The server refuses for now
mail-fault-refused = The server refuses
mail-fault-address = The address is not valid
setting-mail = Mail
setting-mail_password = Password
setting-mail_password-range = 1 to 200 characters
setting-mail_host = Server
setting-mail_host-note = Name of the SMTP server; empty for no mail
setting-mail_host-range = A name or an IP address
setting-mail_port = Port
setting-mail_port-range = 1 to 65535
setting-mail_security = Encryption
setting-mail_security-range = Only a server on this machine can be without encryption
setting-mail_security-tls = TLS (mostly port 465)
setting-mail_security-starttls = STARTTLS (mostly port 587)
setting-mail_security-plain = None (this machine only)
setting-mail_user = User
setting-mail_user-note = Empty when nobody has to sign in
setting-mail_user-range = At most 200 characters, no spaces
setting-mail_sender = Sender
setting-mail_sender-range = A mail address
setting-mail_public_url = Address of the console
setting-mail_public_url-note = Where staff open the console; links in mails begin with it
setting-mail_public_url-range = An https address, or http on this machine
setting-mail_remind_hours = Remind after (hours)
setting-mail_remind_hours-note = 1 to 168; once more before a request lapses
setting-mail_remind_hours-range = 1 to 168
button-try-mail = Send a test mail to myself
flash-mail-password = The password is sealed.
mail-tried = The server took the test mail. Look into your mailbox.
mail-not-tried = The test mail was not sent: { $why }.
mail-no-address = Your staff record has no mail address.
mail-off = Fill in and save the mail server first.

decide-title = Decide request { $id }
decide-lapses = It can be decided until { $lapses }.
decide-for = This link is for { $who }.
decide-prove = Prove with your password and a code that it is you: you are shown the request then, and decide. That is for this one decision; it does not sign you in to the console.
decide-show = Show the request
decide-read = That you read it is entry { $entry } of the ledger.
decide-time = You can decide within five minutes. After that, open the link in the mail again.
decide-approved = Request { $id } is approved
decide-refused = Request { $id } is refused
decide-recorded = The decision is entry { $entry } of the ledger. You can close this page.
decide-gone = This link does not work any more
decide-gone-text = The request may have been decided, taken back or lapsed, or the link is incomplete. What still waits stands in the console's inbox.
decide-to-console = Open the console
