# Work: home, customers, search, tasks, approvals, reviews, sign-in and security.

## Forms and what is said after them

form-not-yet = Not saved yet; nothing was written.
form-needed = needed
form-no-customer = There is no customer of this number, or not for you to see.
form-no-staff = Nobody of this number works here.
flash-receipt = Recorded
flash-signed-out = You are signed out.
flash-signed-out-everywhere = You are signed out on every device.
flash-password-changed = Your password is changed and every session has ended. Sign in with the new one.
flash-task-made = The task is made. It is a purpose to reveal for.
flash-task-closed = The task is closed and no longer a purpose.
flash-approval-asked = Your request is on its way.
flash-approved = Approved. The time runs from now.
flash-refused = Refused. Your reason went back, sealed.
flash-reviewed = The review is confirmed.
flash-customer-entered = The customer is entered and sealed.
flash-customer-changed = Changed and sealed anew.
flash-assigned = Assigned.

## Signing in and setting it up

sign-in-late = Too long since the first step. Start again.
password-weak = This password will not do: { $problem }.

## Sign-in and security

own-sign-in-intro = Where you are signed in, and how. Changes ask for your password and a code once more.
own-sign-in-sessions = Where you are signed in
own-sign-in-sessions-note = If you do not know one, sign out everywhere and change your password
own-sign-in-browser = Browser or program
own-sign-in-address = Address
own-sign-in-since = Signed in
own-sign-in-until = At the latest until
own-sign-in-this = This one
own-sign-in-program = Program (API)
own-sign-in-unknown = Unknown browser
own-sign-in-ends = A browser that rests for 30 minutes has to sign in again.
own-sign-in-everywhere-ask = Sign out on every device?
own-sign-in-everywhere-text = All browsers and programs have to sign in again, this one too.
own-sign-in-password = Change password
own-sign-in-old = Password as it is now
own-sign-in-password-note = Every device then has to sign in with the new one.
own-sign-in-wrong = The password as it is now is wrong.
own-sign-in-codes-left =
    { $n ->
        [one] { $n } left
       *[other] { $n } left
    }
own-sign-in-codes-text = Recovery codes sign you in when your phone is lost; each works once. New ones make all the old ones void.
own-sign-in-renew = Renew recovery codes
own-sign-in-fresh = The old codes are void. Write these down or print them now: this page is the only one that shows them.

## Home

home-morning = Good morning, { $name }
home-forenoon = Good morning, { $name }
home-noon = Hello, { $name }
home-afternoon = Good afternoon, { $name }
home-evening = Good evening, { $name }
home-night = Up late, { $name }
home-today-tasks =
    { $n ->
        [one] { $day }. One task is due.
       *[other] { $day }. { $n } tasks are due.
    }
home-today-free = { $day }. Nothing is due today.
home-today = { $day }.
home-due = Tasks due
home-due-of = of { $n }
home-due-first = next: { $day }
home-due-none = No open task
home-mine = My customers
home-mine-unit = in all
home-tiers = high { $high } · medium { $medium } · low { $low }
home-today-reveals = My reveals today
home-today-unit = times
home-normal = usually { $from }–{ $to }
home-waiting-unit = things
home-waiting-text = requests, hand-overs, tasks
home-waiting-none = all done
home-reveals = Reveals, last 24 hours
home-reveals-unit = times
home-reveals-text = high { $high } · medium { $medium } · low { $low }
home-denials = Not granted, last 24 hours
home-denials-unit = times
home-denials-text = which rule, who, why
home-denials-none = nobody was refused
home-tasks = My tasks
home-tasks-note = A task is the purpose that a reveal asks for
home-tasks-all = All { $n }
home-tasks-none = No open task
home-tasks-none-text = Make a task that says what you will do for which customer. It is the purpose to reveal for.
home-own-chart = How often do I reveal?
home-own-alt = Reveals a day over 14 days: { $today } today, usually { $from } to { $to }
home-own-band = My usual { $from }–{ $to }
home-own-note = The green band is your own usual over 90 days. Above it is no offence: you will be asked first.
home-normal-new = too few days to know what is usual
home-own-alt-new = Reveals a day over 14 days: { $today } today
home-own-new = After five days of work your own usual is drawn here. You are compared with yourself alone.
home-hours = Last 24 hours: when, and which tier?
home-hours-alt = Reveals of the last 24 hours by tier of the customer: high { $high }, medium { $medium }, low { $low }
home-hours-none = Nobody revealed a sealed field in the last 24 hours.
home-by-person = Last 24 hours: who revealed most?
home-by-person-alt = Most reveals in the last 24 hours: { $people }
home-by-person-none = Nobody revealed anything in the last 24 hours.
home-denied = Last 24 hours: when was something not granted?
home-denied-alt = { $n } requests not granted in the last 24 hours
home-denied-none = Nothing was refused in the last 24 hours.
home-job = Your job
home-details = Details

## Home: three things to try first

first-title = Three things to try
first-text = Three places that show how this works.
first-hide = Do not show again
first-staff-1 = Open a customer and see what is sealed
first-staff-1-text = Hatched is sealed; its width tells nothing about its length.
first-staff-2 = Reveal a mobile number for a task
first-staff-2-text = Choose a purpose; it opens for 30 seconds, closes, and leaves a line.
first-staff-3 = See what is recorded about you
first-staff-3-text = Each of your reveals is there, for you first.
first-manager-1 = Answer a request for approval
first-manager-1-text = Who wants to see what, and why; approve for an hour, or refuse and say why.
first-manager-2 = See how much your team revealed
first-manager-2-text = Against each person's own usual, without ranks.
first-manager-3 = Confirm an access review
first-manager-3-text = Accesses of high-tier customers are looked through again and again, or the gate shuts.
first-watch-1 = Read the ledger, a sentence an entry
first-watch-1-text = Who, when, what, why, and by which rule.
first-watch-2 = Verify the ledger
first-watch-2-text = Recomputed from the first entry to the last: a changed letter is found.
first-watch-3 = See what is recorded about you
first-watch-3-text = Those who watch are recorded, too.
first-admin-1 = Read the access policy
first-admin-1-text = Who may see what, in plain words, to be tried.
first-admin-2 = Import a list of customers
first-admin-2-text = Try it first: bad lines are explained one by one.
first-admin-3 = Look for a customer
first-admin-3-text = You run the system and see no customer: see how you are refused.
first-other-1 = See what is recorded about you
first-other-1-text = What you do in the system stands here.
first-other-2 = See how you sign in
first-other-2-text = Where you are signed in, password, recovery codes.
first-other-3 = Try something that is not your job
first-other-3-text = Open the settings: see how a refusal explains itself.

## The list of customers

list-intro = { $mine } are yours, { $department } of your department and { $all } in all are yours to see. Hatched is sealed: revealing needs a purpose.
list-intro-department = { $mine } are yours, and { $department } of your department are yours to see. Hatched is sealed: revealing needs a purpose.
list-intro-all = { $all } are yours to see. Hatched is sealed: revealing needs a purpose.
list-views = Which customers
list-mine = Mine
list-department = My department
list-all = All I can see
list-kind = Kind
list-spend = Last 12 months
list-since = Since
list-me = Me
list-peek = Go and reveal the mobile number
list-none = No customers here yet
list-none-text = Customers that you enter, that are imported or assigned to you appear here.
list-none-narrowed = No customer fits these filters
list-none-narrowed-text = Widen one of them, or clear them all.
spend-1 = under ¥10k
spend-5 = ¥10–50k
spend-10 = ¥50–100k
spend-50 = ¥100–500k
spend-100 = ¥500k–1m
spend-over = over ¥1m

## Exact search

search-intro = Finds whole values only, among the customers that you may see. What is found stays sealed.
search-label = Mobile, e-mail, ID or card number, name, contact or customer number
search-hint = Type all of it. If you know a part only, use the filters of the customer list.
search-by-mobile = Searched by mobile number
search-by-email = Searched by e-mail address
search-by-id_number = Searched by ID number
search-by-bank_card = Searched by card number
search-by-number = Searched by customer number or name
search-by-name = Searched by name and contact
search-found =
    { $n ->
        [one] { $n } found
       *[other] { $n } found
    }
search-none = Nothing found
search-none-text = There may be no such customer, or none for you to see. Check the whole name or number, or try mobile, e-mail, ID, card, name or customer number.
search-note = The ledger says that you searched, never for what, and this page does not keep what you typed.

## One customer

customer-since = since { $month }
customer-owner = owner { $name } { $no }
customer-no-owner = no owner yet
customer-contact = contact person { $name } { $no }
customer-data = Record
customer-review-overdue = Access review overdue
customer-review-due = Access review due soon
customer-review-shut = Until it is done, sealed fields open for an approval only.
customer-review-soon = Once it is overdue, sealed fields open for an approval only.
customer-no-contact = No contact person
review-done = Finish the review
review-ask = Finish the access review of this customer?
review-ask-text = What you end, ends at once. It is recorded, and the next review is due a period from now.
purpose-due = due { $day }
purpose-began = began { $when }
purpose-until = good until { $when }
purpose-not-taken = opens no field here
orders = Orders
orders-count = { $n } in all
orders-none = No orders yet.
orders-older =
    { $n ->
        [one] { $n } older order
       *[other] { $n } older orders
    }
order-no = Order
order-day = Day
order-items = Items
order-amount = Amount
tasks-none-here = No tasks.
accesses-title = Who looked, and why
accesses-none = Nobody has looked yet.
accesses-right = The customer has a right to this record.
accesses-text = Each look, reveal, change and refusal, newest first. That you read this is recorded, too.
accesses-empty = Nobody has looked at this customer yet
accesses-empty-text = When somebody opens the page, reveals a field or is refused, it stands here: who, when and why.
accesses-older = Older
accesses-newest = Back to the newest
why-title-high = How the high tier is protected
why-title-medium = How the medium tier is protected
why-title-low = How the low tier is protected
why-reason = Why this tier
why-spend = { $band } in the last 12 months
why-years =
    { $n ->
        [one] { $n } full year with us
       *[other] { $n } full years with us
    }
why-long =
    { $n ->
        [one] { $n } year makes it high
       *[other] { $n } years make it high
    }
why-contact = Contact person
why-no-contact = None. Until there is one, a task opens nothing.
why-for = You can reveal for: { $purposes }
why-never = Not for you to reveal
why-shown = Once open
why-shown-text = closes by itself after { $n } seconds, carries your watermark, leaves a line
why-review = Access review
why-review-text = every { $days } days, next { $day }; overdue, only an approval opens
why-note = Worked out by the policy just now: the same answer that a reveal gets.

## Entering, changing, assigning

customer-new = New customer
customer-new-title = New customer
customer-new-text = You will be the owner. Fields are sealed at once; seeing them again needs a purpose.
customer-place = Where it belongs
customer-no-hint = Left empty, the next free number is used.
customer-enter = Enter and seal
customer-sealed-at-once = What stands here is not shown again
customer-edit = Change fields
customer-edit-title = Change fields
customer-edit-text = Fill in only what changes. Empty stays as it is; the pale text is the mask of what stands.
customer-edit-note = The ledger names the fields, never their values
customer-edit-nothing = Nothing is filled in and nothing is to be removed.
customer-remove = Remove
customer-assign = Assign
customer-assign-title = Assign a customer
customer-assign-text = Another owner or contact person. It counts from the next request on.
customer-assign-keep = As it is
customer-assign-contact = Sealed fields of the high tier open for the contact person alone, for a task.
customer-assign-do = Assign
customer-assign-nobody = Choose a new owner or contact person.

## Tasks

tasks-title = My tasks
tasks-text = A task says what you will do for which customer. While it is open, it is your purpose to reveal for.
tasks-open =
    { $n ->
        [one] { $n } open
       *[other] { $n } open
    }
tasks-due =
    { $n ->
        [one] { $n } due today
       *[other] { $n } due today
    }
tasks-none = No open task
tasks-none-text = Make one on a customer's page, or get one from your manager.
task-new = New task
task-new-title = New task
task-new-text = Say what is to be done. Leave numbers of the customer out: the title is shown as a purpose.
task-title = To do
task-title-hint = For example: call back about the quote for December
task-due = Due
task-assignee = Who does it
task-make = Make the task
task-close = Done
task-open-customer = Open customer

## Approvals

approvals-text = Once approved, the fields can be revealed for { $n } minutes by whoever asked; each reveal still leaves its own line.
approvals-waiting = Waiting for your answer
approvals-count =
    { $n ->
        [one] { $n } request
       *[other] { $n } requests
    }
approvals-none = No request waits for you
approvals-none-text = Requests to see customers of your department appear here.
approvals-mine = Asked for by me
approvals-mine-none = You have not asked for anything
approvals-mine-none-text = When a rule refuses what your work needs, ask for approval on the customer's page.
approval-wants = wants to see
approval-answer = Answer (needed for a refusal, at least 4 characters; whoever asked will read it)
approval-say-why = A refusal says why, in at least 4 characters.
approval-state = State
approval-fields = Fields
approval-reason = Why it is needed
approval-reason-short = At least 4 characters, so that whoever decides understands.
approval-reason-hint = For whoever decides: what it is about, and why no task or call will do. It is sealed.
approval-decided = Answer
approval-until = good until
approval-waiting = Waiting
approval-approved = Approved
approval-expired = Expired
approval-refused = Refused
approval-new-title = Ask for approval
approval-new-text = Choose fields and say why. The department's manager, compliance or the DPO decides; an approval is good for { $n } minutes.
approval-ask = Send the request

## Access reviews

due-review-text = Who has access to a high-tier customer is confirmed every { $n } days, item by item. What nobody confirms by its day lapses; overdue, sealed fields open for an approval only.
due-review-ahead = those due within { $n } days are here, too
due-review-none = Nothing to review
due-review-none-text = Customers appear here when their review comes due.

## Pages that say why not

error-conflict-title = Changed meanwhile
error-conflict-text = What you saw is not the latest any more.

# The inbox.
nav-inbox = Inbox
inbox-text = Everything that is yours to do next: requests to answer, hand-overs, files to fetch, tasks of the next days.
inbox-none = Nothing waits for you
inbox-none-text = Requests of colleagues, your part in hand-overs, exports that are ready and tasks that are due appear here.
inbox-do = To do
inbox-count = { $n ->
    [one] 1 thing
   *[other] { $n } things
}
inbox-later = { $n ->
    [one] 1 more task is due later
   *[other] { $n } more tasks are due later
}
inbox-all = All
inbox-decide = Answer
inbox-open = Open customer
inbox-start = Start it
inbox-fetch = Fetch it
inbox-go = Go there
inbox-look = Look
inbox-granted = Approved: you can open the fields until then
inbox-start-export = Export { $export } of { $n } customers can be written
inbox-fetch-export = Export { $export } of { $n } customers can be fetched
inbox-handover-note = Your hand-over: add what a list cannot tell ({ $n } customers)
inbox-handover-split = Hand-over of { $who }: split { $n } customers
inbox-handover-sign = Hand-over of { $who }: look at { $n } customers and sign
inbox-handover-ask = Hand-over of { $who }: bring { $n } signed customers before the head
inbox-handover-close = Hand-over of { $who }: all { $n } customers have moved, close it
inbox-last-day = last day { $day }
inbox-falling = { $n } of your customers fall into the pool soon
inbox-reviews = Access reviews of { $n } high-tier customers are due
