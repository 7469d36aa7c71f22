# The shell, signing in, messages and common words. The pages have files of their own beside this one; both languages
# have the same keys in the same order. Words in square brackets ([n], [field]) are filled by scripts in the browser.

## The shell: bar, navigation, trail

product = Tigertally
skip = Skip to content
find = Find by exact name, mobile or ID number
find-short = Find a customer
ledger = Ledger
theme-switch = Dark / light
person-menu = My menu
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
trail-recorded = This view is recorded as
trail-receipt = See the receipt

## Navigation

nav-main = Main
nav-bottom = Bottom
nav-more = More
nav-work = Work
nav-mine = Mine
nav-evidence = Evidence
nav-rules = Rules
nav-system = System
nav-home = Home
nav-customers = Customers
nav-search = Exact search
nav-tasks = Tasks
nav-approvals = Approvals
nav-team = Team
nav-own-record = My own record
nav-own-sign-in = My sign-in
nav-ledger = Ledger
nav-reviews = Access reviews
nav-pool = Public pool
nav-policy = Policy
nav-tiers = Tier rule
nav-settings = Settings
nav-staff = Staff
nav-import = Import
nav-api = API documentation

## Signing in

gate-line-1 = Two halves meet,
gate-line-2 = then it opens.
gate-promise = Customer records stay sealed. A role and a purpose open them, and each opening leaves a line that nobody can change.
sign-in = Sign in
sign-in-title = Sign in
sign-in-with = Staff number and password, then a code from your authenticator.
sign-in-notice = From here on, what you reveal, export and change in customer records is written to the ledger, to protect customers and to protect you. Nothing else you do is watched.
sign-in-first = First time here?
sign-in-again = Sign in again
sign-in-code-title = Now the code
sign-in-code-text = Open the authenticator on your phone and type the 6 digits under Tigertally.
sign-in-recovery-title = Use a recovery code
sign-in-recovery-text = Type one of the recovery codes that you wrote down. Each works once.
sign-in-use-code = Use the authenticator instead
sign-in-use-recovery = No phone at hand? Use a recovery code
sign-in-refused = Staff number, password or code is wrong. Which one is not said, so that nobody can find out who exists.
sign-in-code-refused = This code is wrong or was used already. Wait for the next one.
sign-in-expired = Your session ended. Sign in again to go on where you were.
staff-no = Staff number
password = Password
password-new = New password
password-again = Once more
password-hint = At least 12 characters. A sentence that only you know is harder to guess than symbols.
password-short = The password needs at least 12 characters.
password-differs = The two passwords are not the same.
password-common = This password is too common. Choose another.
authenticator-code = Authenticator code
recovery-code = Recovery code
recovery-codes = Recovery codes
activation-code = Activation code
activate-link = Set up your sign-in with an activation code
activate-title = Set up your sign-in
activate-step-code = Code
activate-step-totp = Authenticator
activate-code-title = Start with your activation code
activate-code-text = Your administrator gave it to you. It works once.
activate-password-title = Choose a password
activate-password-text = Only you know it. Administrators cannot see it.
activate-totp-title = Connect your authenticator
activate-totp-text = Scan this with the authenticator on your phone, then type the 6 digits that it shows.
activate-done-title = Keep your recovery codes
activate-done-text = They sign you in when your phone is lost. Write them down or print them now: this page is the only one that shows them.
activate-secret = Cannot scan? Type this key:
activate-enter = I have them, go to my home page
activate-refused = Staff number or activation code is wrong, or the code was used or has run out.

## Revealing

reveal = Reveal
reveal-why = [field]: what do you need it for?
reveal-for-seconds = Reveal for 30 s
reveal-no-purpose = You have no task, call, order or approval for this customer.
reveal-none-fits = None fits?
reveal-make-task = Make a task first
reveal-ask-approval = Ask for approval
reveal-left = [n] s left
reveal-close = Close now
reveal-purpose = Purpose: [purpose]
reveal-receipt = Recorded #[index]
reveal-opened = [field] is open and closes in [n] seconds
reveal-denied-rule = Not granted by the rule “[rule]”.
reveal-unavailable = Not now: the ledger cannot be written, so the gate is shut.
reveal-unavailable-safe = Nothing was read, and what you typed is still here. Try again in a moment.
reveal-signed-out = Your session ended. Nothing was read.
reveal-needs-script = Revealing a sealed field needs scripts to be on in your browser.

## Messages

error-denied-title = Not granted
error-denied-text = This page is not part of your job. The request is recorded.
error-missing-title = There is no such page
error-missing-text = The address is wrong, or what was here is gone.
error-unavailable-title = Not available right now
error-unavailable-text = The ledger cannot be written, so the gate is shut and no record opens. Nothing was written. Try again in a moment.
error-invalid-title = This request makes no sense
error-invalid-text = Nothing was written. Go back, check and try again.
error-busy-title = Too fast
error-busy-text = Wait a moment and try again. Nothing was written.
error-large-title = The file is too large
error-large-text = Nothing was written. Split the file and try again.
error-failed-title = Something went wrong
error-failed-text = Nothing was written. The fault is noted. Try once more, then tell your administrator.
error-home = Back to my home page
nothing-written = Nothing was written
copied = Copied
confirm-type = Type [word] to confirm
form-count = [n] / [max]
form-count-min = at least [min], now [n]

## Buttons

button-save = Save
button-cancel = Cancel
button-close = Close
button-continue = Continue
button-copy = Copy
button-retry = Try again
button-open = Open
button-search = Find
button-clear = Clear filters
button-print = Print
button-download = Download
button-approve = Approve
button-refuse = Refuse, and say why
button-details = Details
button-all = All

## Lists

pager = Pages
pager-previous = Previous
pager-next = Next
pager-range = { $from }–{ $to } of { $total }
filter-all = All
filter-any = Any
actions = Actions
none = None
no = No
times =
    { $n ->
        [one] once
       *[other] { $n } times
    }
customers-count =
    { $n ->
        [one] { $n } customer
       *[other] { $n } customers
    }
entries-count =
    { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    }
people-count =
    { $n ->
        [one] { $n } person
       *[other] { $n } people
    }

## Live and upload

live-on = Connected
live-off = Reconnecting
live-paused = Paused, [n] waiting
live-pause = Pause
live-resume = Resume
upload-drop = Drop a file here, or choose one
upload-kinds = CSV or XLSX, plain or gzip; UTF-8 or GB18030
upload-large = The file is larger than [max]. Split it.
upload-sending = Sending [done] of [total]
upload-checking = Sent. Checking line by line
upload-failed = It did not arrive, and nothing was written. Check the network and try again.

## Fields and their classes

field-name = Name
field-contact = Contact
field-mobile = Mobile
field-id_number = ID number
field-bank_card = Bank card
field-email = E-mail
field-address = Address
field-needs = Needs
field-absent = Not given
class-basic = Basic
class-contact = Contact
class-sensitive = Sensitive
class-business = Business
class-basic-note = Name of a firm, region
class-contact-note = Each field is granted and recorded by itself
class-sensitive-note = Keys of their own, stricter rules
class-business-note = Protected as a trade secret

## Customers

kind-person = Person
kind-company = Company
tier = Tier
tier-high = High
tier-medium = Medium
tier-low = Low
customer = Customer
customer-no = Number
region = Region
department = Department
owner = Owner
contact-person = Contact person

## Roles

role = Role
role-staff = Sales
role-manager = Manager
role-service = Service
role-marketing = Marketing
role-compliance = Compliance
role-dpo = Data protection officer
role-security = Security
role-hr = Human resources
role-legal = Legal
role-administrator = Administrator
role-auditor = Auditor
role-operator = Command line
role-system = System

## Purposes

purpose = Purpose
purpose-task = Task
purpose-call = Call
purpose-order = Order
purpose-matter = Matter
purpose-approval = Approval

## Actions and decisions of the ledger; a dot in an action's name is a hyphen here

action-customer-list = List customers
action-customer-search = Search
action-customer-view = View a customer
action-customer-reveal = Reveal
action-witness = Witnesses
action-clock = Clocks
action-time_stamp = Time stamp
action-evidence-make = Make evidence
action-customer-erase = Erase a customer
action-outcome = Outcome
action-customer-accesses = See who looked
action-customer-create = Enter a customer
action-customer-change = Change a customer
action-customer-assign = Assign a customer
action-customer-pool = Put into the pool
action-pool-read = See the pool
action-customer-claim = Claim a customer
action-customer-review = Review access
action-customer-retier = Re-tier
action-import = Import
action-task-create = Make a task
action-task-close = Close a task
action-work-read = Read tasks and approvals
action-follow_up-write = Write a follow-up
action-follow_up-end = End a call or message
action-history-read = Read the history
action-attachment-add = Add a file
action-attachment-read = Fetch a file
action-connect = Call without the number
action-mail = Send a test mail
action-approval-request = Ask for approval
action-approval-decide = Decide an approval
action-absence = Name a deputy
action-export-request = Ask for an export
action-export-run = Run an export
action-export-rows = Take customers out
action-export-made = Finish an export
action-export-take = Fetch an export
action-export-read = Look at exports
action-sign_in = Sign in
action-sign_out = Sign out
action-credential = Set up a sign-in
action-staff-read = Read staff
action-staff-change = Change staff
action-ledger-read = Read the ledger
action-ledger-verify = Verify the ledger
action-record-read = Read one's own record
action-team-read = Read a team's activity
action-settings-change = Change settings
action-rules-change = Change the ownership rules
action-rules-read = Read the ownership rules
action-rules-acknowledge = Acknowledge the ownership rules
action-settings-read = Read settings
action-policy-read = Read the policy
action-policy-change = Change the policy
action-init = Set up the system
action-root_key-change = Change the root key
action-denied = Request not granted
decision-granted = Granted
decision-denied = Not granted
decision-recorded = Recorded
state-closed = Closed

## Dates

date-today = Today
date-yesterday = Yesterday
date-tomorrow = Tomorrow
date-never = Never
last-90-days = Last 90 days
time = Time
