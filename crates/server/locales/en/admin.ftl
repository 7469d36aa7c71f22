# Administration: staff, policy, tier rule, settings, import.

## Staff

staff-total =
    { $n ->
        [one] { $n } person.
       *[other] { $n } people.
    }
staff-waiting = { $n } have not set up their sign-in.
staff-frozen = { $n } frozen.
staff-inactive = { $n } closed.
staff-find = Number, name, e-mail or title
staff-new = Add somebody
staff-none = Nobody matches
staff-none-text = Change the filters, or clear them to see everybody.
staff-name = Name
staff-title = Title
staff-manager = Manager
staff-joined = Joined
staff-email = E-mail at work
staff-state = State
staff-state-active = Active
staff-state-waiting = No sign-in yet
staff-state-frozen = Frozen
staff-state-inactive = Closed
staff-active = Active
staff-region = Region
staff-department = Department
staff-role = Role
staff-edit = Change a record
staff-new-text = Enter them first, then give them an activation code: with it they set their own password and authenticator, which you never see.
staff-edit-text = Another role, or closing the account, signs them out everywhere at once. Each change is recorded.
staff-record = On file
staff-no-note = Letters, digits, - and _; it cannot be changed later
staff-role-note = The role decides what the policy grants
staff-region-note = Leave it empty for headquarters
staff-conflict = You cannot close your own account, change your own role or reset your own sign-in, and the last administrator cannot be closed.
staff-sign-in = Sign-in
staff-invite = Give an activation code
staff-invite-text = They have not set up their sign-in. The code is good for 3 days and works once.
staff-reset = Reset sign-in
staff-reset-text = For when phone and recovery codes are lost. Password, authenticator and sessions stop working at once; a new activation code sets them up again.
staff-reset-confirm = Reset this sign-in?
staff-code = Activation code
staff-code-once = Shown this once
staff-code-text = Tell them in person or by telephone, not in a chat. They open “Set up your sign-in with an activation code” on the sign-in page; it is good for 3 days and works once.
staff-own-text = You change your own sign-in under “Sign-in and security”. It cannot be reset from here, so that nobody takes over from an open screen.
staff-close = Close account
staff-close-text = They are signed out everywhere at once and cannot sign in again; what they did stays in the ledger. Assign their customers to others first.
staff-close-confirm = Close the account of
staff-closed-text = The account is closed; nobody can sign in with it. Once open again, the former sign-in works, or a new activation code.
staff-reopen = Open again
staff-frozen-text = The account is frozen: nobody signs in with it, whatever is reset. If it may be stolen, reset it before it is released.
flash-staff-added = Added. Next: give an activation code.
flash-staff-saved = Saved.
flash-staff-closed = The account is closed and signed out everywhere.
flash-staff-reopened = The account is open again.

## Policy

policy-lead = These rules decide who may see what, and for what. There are no exceptions, and each decision records its version.
policy-version = Version { $n }
policy-in-force = in force
policy-ask = Try a question
policy-edit = Write a new version
policy-rules = Rules
policy-rules-count =
    { $n ->
        [one] { $n } rule
       *[other] { $n } rules
    }
policy-permits = Permits
policy-forbids = Forbids
policy-line = Line { $n }
policy-text = Text
policy-versions = Versions
policy-versions-note = Old versions stay: the rules behind each decision in the ledger can always be found.
policy-edit-text = It is checked first, then proposed, and in force once compliance or the DPO has approved it. Each rule has a name and a sentence in both languages, and names no customer and no person.
policy-faults = The checks found faults
policy-faults-note = The version in force stays
policy-checked = Checked, not in force yet.
policy-same = It is the same as the version in force.
policy-change = Compared with the version in force
policy-added = Added
policy-changed = Changed
policy-removed = Removed
policy-comments-only = The rules are the same; only comments or layout differ.
policy-based-on = Based on version
policy-check = Check
policy-conflict = While you wrote, another version came in force. Put your change on top of it and check again.
policy-ask-text = Ask the policy in force: would this person get this, by which rule, and what would permit it? Nothing is opened; the trial is recorded.
policy-question = Question
policy-who = Who (staff number)
policy-who-note = Judged by their role, department and region as they are now
policy-what = Wants to
policy-customer-note = Needed for what is about a customer
policy-hour = Hour (0–23)
policy-hour-note = Leave it empty for now
policy-reference = Number of the purpose
policy-reference-note = It must exist, be theirs, and be about this customer
policy-try = Ask
policy-would = It would be granted
policy-would-not = It would not be granted
policy-ways = What would permit it:

## Tier rule

tiers-lead = The spend of the last 12 months and the years of co-operation put customers in three tiers. Before a rule is proposed, you see who would move; compliance or the DPO puts it in force.
tiers-in-force = Rule in force
tiers-rule-high = High: more than { $high } in the last 12 months, or { $years } years of co-operation.
tiers-rule-medium = Medium: from { $medium } to { $high } in the last 12 months.
tiers-rule-low = Low: less than { $medium } in the last 12 months.
tiers-rule-sensitive = A person with ID number and bank card on file is medium at least.
tiers-form = Another rule
tiers-high-spend = High: more a year than (¥)
tiers-high-spend-note = Orders of the last 12 months together
tiers-medium-spend = Medium: a year from (¥)
tiers-medium-spend-note = Less is low
tiers-high-years = High: years of co-operation
tiers-high-years-note = Counted from the first day
tiers-sensitive = Sensitive fields raise the tier
tiers-sensitive-note = A person with ID number and bank card on file is medium at least
tiers-senseless = These numbers make no sense together: medium cannot begin above high, and it takes at least 1 year.
tiers-try = See who would move
tiers-preview = Who would move
tiers-moving = { $n } would move
tiers-now = Tier now
tiers-to-low = To low
tiers-to-medium = To medium
tiers-to-high = To high
tiers-total = Total
tiers-nobody = Nobody would move.
tiers-examples = Examples
tiers-examples-note = The first 20 of each move, by number only
tiers-measures = What each tier brings
tiers-measure-high = A named contact person; revealed for a task or an approval only; accesses reviewed periodically.
tiers-measure-medium = Shared in the department; sensitive fields for an order or an approval.
tiers-measure-low = Basic fields shared; sensitive fields for an approval.

## Settings

settings-lead = A few values for the whole company. Each change is recorded.
settings-company = Company
settings-tiers = Thresholds of spend and years are in the tier rule, where you see who would move before it changes.
settings-verify = Recomputes the whole ledger from its first entry and compares it with the signed checkpoints. Millions of entries take seconds.
setting-company = Name of the company
setting-time_zone = Time zone
setting-time_zone-note = Hours in the policy and days in figures are counted in it
setting-reveal_seconds = Seconds that a revealed field is shown
setting-reveal_seconds-note = 5 to 300; then it closes by itself
setting-review_days = Days between access reviews of a high-tier customer
setting-review_days-note = 7 to 366
setting-approval_minutes = Minutes that an approval can be used
setting-approval_minutes-note = 5 to 1,440
setting-tiers = Tier rule
setting-company-range = Needed, 60 characters at most
setting-time_zone-range = Not a known time zone, such as Asia/Shanghai
setting-reveal_seconds-range = From 5 to 300
setting-review_days-range = From 7 to 366
setting-approval_minutes-range = From 5 to 1,440
setting-tiers-range = The tier rule is not changed here
flash-settings = Settings saved.

## Import

import-lead = Bring customers, orders or staff in from a table. Each line is checked and told; the same file again changes nothing.
import-file = File
import-which = What the table holds
import-customers = Customers
import-customers-note = Sealed, indexed and put in tiers
import-orders = Orders
import-orders-note = Customers are re-tiered afterwards
import-staff = Staff
import-staff-note = Entered; activation codes come after
import-map = These columns are not known. What are they? Choose the file once more
import-header = In the file
import-stands-for = Stands for
import-ignore = Leave it out
import-how = When lines have faults
import-mode-dry = Only try
import-mode-dry-note = Tell what would happen and write nothing
import-mode-all = All or nothing
import-mode-all-note = One bad line, and nothing is written
import-mode-good = Take the good
import-mode-good-note = Good lines are written, bad ones listed
import-go = Send and check
import-again-note = The file stays in memory and never on disk
import-no-file = No file was chosen.
import-columns = Known columns
import-columns-note = Those with * are needed. Common names in Chinese and English are recognised; you are asked about others.
import-tried = Tried; nothing was written.
import-taken = Imported.
import-some = Good lines were imported, bad ones were not.
import-left = Lines have faults. Nothing was written.
import-lines = Lines
import-created = New
import-updated = Changed
import-existing = Already there
import-unchanged = Unchanged
import-rejected = With faults
import-changed = Changed columns:
import-retiered =
    { $n ->
        [one] { $n } customer came into another tier.
       *[other] { $n } customers came into another tier.
    }
import-faults = What is wrong
import-faults-note = Values are masked; whoever has the file recognises them
import-faults-csv = Download the list
import-faults-file = faults
import-line = Line
import-column = Column
import-problem = Problem
import-shown = Value (masked)
import-whole-line = Whole line
import-more = { $n } more; the list has the first 1,000.
import-mapping = What each column was taken for
column-customer_no = Customer number
column-kind = Kind
column-name = Name
column-contact = Contact
column-mobile = Mobile
column-id_number = ID number
column-bank_card = Bank card
column-email = E-mail
column-address = Address
column-needs = Needs
column-region = Region
column-owner = Owner's staff number
column-since = First co-operation
column-annual_spend_cny = Spend of a year (¥)
column-staff_no = Staff number
column-department = Department
column-role = Role
column-manager = Manager's number
column-joined = Joined
column-date = Date
column-items = Items
column-amount_cny = Amount (¥)
column-tier = Tier
column-title = Title

# Proposals: another policy or tier rule, in force once somebody else approves it.
policy-propose = Propose it
tiers-propose = Propose it
tiers-same = This rule is in force already, or another one came in force meanwhile.
proposal-reason = Why
proposal-note = For whoever decides, 4 to 500 characters. Compliance or the DPO puts it in force.
policy-proposal = Proposed policy
policy-proposal-old = Another version came in force since. This one cannot be approved any more; its author has to propose it anew.
flash-proposed = Proposed. It is in force once compliance or the DPO has approved it.
approval-read = Read it
approval-policy = Put version { $n } of the policy in force
approval-policy-weight = { $added } rules new, { $changed } changed, { $removed } gone
approval-tiers = Put another tier rule in force
approval-tiers-moving = { $n ->
    [one] 1 customer moves.
   *[other] { $n } customers move.
}
say-approval-request-policy = { $who } proposed another policy (approval { $n })
say-approval-request-tiers = { $who } proposed another tier rule (approval { $n })
say-approval-decide-policy = { $who } approved the policy that { $staff } proposed, and it is in force (approval { $n })
say-approval-decide-tiers = { $who } approved the tier rule that { $staff } proposed, and it is in force (approval { $n })
say-approval-decide-proposal-refused = { $who } refused what { $staff } had proposed (approval { $n })

# Freezing somebody, and letting them go.
freeze = Freeze
freeze-text = They are signed out everywhere at once and cannot sign in, exports in progress stop, and what they asked for is not approved meanwhile. Releasing them takes another person.
freeze-why = Why they are to be frozen
freeze-note = 4 to 500 characters, sealed. Security, compliance, the DPO and whoever decides on the release read it.
freeze-do = Freeze now
freeze-confirm = Freeze
freeze-told = Frozen by { $by }, { $time }
freeze-release = Ask for release
freeze-release-why = Why they can be released
freeze-release-note = Another person decides: of security or compliance, the DPO, or a manager of their department.
freeze-asked = Release asked for (approval { $n })
flash-frozen = Frozen. All sessions have ended.
flash-release-asked = Asked for. They can sign in again once another person approves.
approval-release = Release { $who } ({ $no }), who is frozen
approval-release-why = Frozen by { $by }, { $time }: { $why }
asked-freeze_staff = Freeze somebody, or ask for their release
action-staff-freeze = Freeze somebody, or look at or end a freeze
say-staff-freeze = { $who } froze { $staff }
say-staff-freeze-read = { $who } looked at whether and why { $staff } is frozen
say-approval-request-release = { $who } asked that { $staff } be released (approval { $n })
say-approval-decide-release = { $who } released { $staff }, who was frozen (approval { $n })
say-approval-decide-release-refused = { $who } refused to release { $staff }, who is frozen (approval { $n })
say-failed-frozen = the account is frozen
detail-freeze = Freeze
detail-read = Only looked at
problem-frozen = The account is frozen
problem-frozen-text = This account is frozen: nobody can sign in or work with it. Ask security; releasing it takes another person's approval.
problem-not-yet-frozen = Who asked for it is frozen
problem-not-yet-frozen-text = Whoever asked for this is frozen. It can be refused now, and approved once they are released.
