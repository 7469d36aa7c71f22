## Many customers at once: chosen, looked over, done, undone

bulk-title = Many at once
bulk-pick = Choose { $no }
bulk-page = All on this page
bulk-all = All { $n } of this list
bulk-all-too-many = { $n } in all. At most 1,000 at once: for more there is the hand-over, or narrow the list
bulk-choose = Tick customers to change several at once
bulk-chosen = [n] chosen
bulk-act-assign = Assign
bulk-act-share = Share
bulk-act-pool = Put into the pool
bulk-act-claim = Claim
bulk-new-assign =
    { $n ->
        [one] Assign { $n } customer
       *[other] Assign { $n } customers
    }
bulk-new-assign-text = Look it over first: the next page says who will be assigned, and who will not and why.
bulk-new-share =
    { $n ->
        [one] Share { $n } customer
       *[other] Share { $n } customers
    }
bulk-new-share-text = Look it over first. What takes an approval (the high tier, another department) is asked for one customer at a time.
bulk-choose-person = Choose somebody
bulk-to-whom = Choose the new owner
bulk-contact-hint = Where the owner is the contact person too, the new owner takes that on. Shares end with the change of owner.
bulk-look = Look over
bulk-assign-looked_over = Assign to { $to }: look it over
bulk-assign-done =
    { $n ->
        [one] { $n } customer assigned to { $to }
       *[other] { $n } customers assigned to { $to }
    }
bulk-assign-undone = Undone: customers put back: { $n }
bulk-pool-looked_over = Put into the pool: look it over
bulk-pool-done = Put into the pool: { $n }
bulk-pool-undone = Undone: back with their owners: { $n }
bulk-share-looked_over = Share with { $to }: look it over
bulk-share-done = Shared with { $to }: { $n }
bulk-share-undone = Undone: shares taken back: { $n }
bulk-claim-looked_over = Claim from the pool: look it over
bulk-claim-done = Claimed from the pool: { $n }
bulk-claim-undone = Undone: back in the pool: { $n }
bulk-lead-assign = Nothing is changed yet. When you confirm, these customers get the new owner, and their shares end.
bulk-lead-pool = Nothing is changed yet. When you confirm, these customers have no owner and no contact person, and colleagues who may own them can claim them.
bulk-lead-share = Nothing is changed yet. When you confirm, they are shared until { $day }.
bulk-lead-claim = Nothing is changed yet. When you confirm, these customers are yours, and count as today's claims.
bulk-numbers = How many
bulk-load-now = { $who } has now
bulk-load-then = { $who } then
bulk-missing =
    { $n ->
        [one] { $n } number belongs to no customer.
       *[other] { $n } numbers belong to no customer.
    }
bulk-nothing = None of these can be changed; the reasons are below.
bulk-do-assign =
    { $n ->
        [one] Assign { $n } customer
       *[other] Assign { $n } customers
    }
bulk-do-pool =
    { $n ->
        [one] Put { $n } customer into the pool
       *[other] Put { $n } customers into the pool
    }
bulk-do-share =
    { $n ->
        [one] Share { $n } customer
       *[other] Share { $n } customers
    }
bulk-do-claim =
    { $n ->
        [one] Claim { $n } customer
       *[other] Claim { $n } customers
    }
bulk-until = Until { $time }
bulk-over = This was looked over more than half an hour ago: choose again. Nothing was changed.
bulk-back = Back to the list
bulk-undo = Undo
bulk-undo-ask = Undo this?
bulk-undo-text = Customers whom nobody has touched since go back to where they were; the others stay. The ledger tells of it. Claims stay counted.
bulk-undo-until = Can be undone until { $time }
bulk-undo-over = More than half an hour ago: it cannot be undone
bulk-no-rule = No rule grants this.
bulk-outcome-ready = Will be done
bulk-outcome-done = Done
bulk-outcome-undone = Undone
bulk-outcome-changed = Changed meanwhile, left alone
bulk-outcome-denied = The policy denies it
bulk-outcome-approval = Takes an approval
bulk-outcome-same = Nothing to do
bulk-outcome-receiver = Cannot be received
bulk-outcome-limit = More than today's claims
bulk-outcome-full = Shared too often
bulk-outcome-gone = Not there any more
bulk-outcome-stays_changed = Changed since, not undone
bulk-outcome-stays_denied = The policy denies undoing it
bulk-outcome-stays_nobody = The former owner is not there for them, not undone
bulk-outcome-not_pooled = Not in the pool
bulk-why-changed = After it was looked over, somebody changed the owner, the tier or the record, or claimed the customer.
bulk-why-approval = Sharing a high-tier customer, or with another department, takes an approval. Ask for it on the customer's page.
bulk-why-same = They are the receiver's already, or nobody's.
bulk-why-receiver = The policy would not show the receiver such a customer, or the receiver has left, or their own customers are being handed over.
bulk-why-not_pooled = Only customers in the public pool can be claimed.
bulk-why-stays_nobody = The former owner or contact person has left, is leaving, or has moved to other work.
bulk-why-limit = They can be claimed tomorrow.
bulk-why-full = Take back shares that are not needed any more.
bulk-why-stays_changed = Somebody has followed up or changed these customers since, so they stay as they are.
flash-bulk-done = It is done.
flash-bulk-undone = It is undone.
flash-bulk-none = Tick customers first.
problem-over = The time for it is over
problem-over-text = It had to be done, or undone, within its time. Nothing was written: begin anew.
problem-too-many = Too many at once
problem-too-many-text = At most 1,000 customers at once. Narrow the list; for more there is the hand-over.
say-bulk-preview = { $who } looked over what would become of { $n } customers
say-bulk-run-assign = { $who } assigned { $n } customers to { $staff }
say-bulk-run-pool = { $who } put { $n } customers into the pool
say-bulk-run-share = { $who } shared { $n } customers with { $to }
say-bulk-run-claim = { $who } claimed { $n } customers from the pool
say-bulk-undo = { $who } undid a change of { $n } customers
say-bulk-read = { $who } read about their changes of many customers
say-bulk-read-swept = The system cleared away old changes of many customers
say-failed-not_yours = it is somebody else's
say-failed-over = the time for it was over
action-bulk-preview = Look over many customers
action-bulk-run = Change many customers
action-bulk-undo = Undo a change of many
action-bulk-read = Read about a change of many

## Pictures: load by owner, age of the pool

load-title = Who cares for how many
load-text = Of the customers that you see, by tier
load-alt = Customers of each colleague, by tier: { $rows }
load-open = Open tasks
load-overdue = Overdue
load-none = Nobody owns a customer.
pool-age = How long in the pool
pool-age-alt = Customers in the pool by time: { $rows }
pool-age-week = up to 7 days
pool-age-month = 8 to 30 days
pool-age-quarter = 31 to 90 days
pool-age-older = over 90 days
pool-soon = Whose customers fall soon
pool-soon-alt = Customers who fall into the pool soon, by owner: { $rows }
pool-soon-7 = in 7 days
pool-soon-30 = in 30 days
pool-soon-none = Nobody falls into the pool within 30 days.
pool-soon-row = { $week } / { $month }
say-team-read-load = { $who } read who has how much to do
