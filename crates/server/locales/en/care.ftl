### Who cares for customers: the duplicate check, the public pool

## What is with the company already

duplicate-title = This customer is with the company
duplicate-text = Nothing was entered.
duplicate-yours = You can go on with the customer that is there.
duplicate-hidden = A colleague cares for this customer. You can ask for the customer; a manager there decides. Until then nobody tells you more about it.
duplicate-reason-hint = Say how you came to the customer. Only those who decide read it.
duplicate-ask = Ask for the customer
approval-claim = To own a customer

problem-known = The customer is with the company
problem-known-text = This customer is with the company already, and you may see it. Nothing was entered.
problem-duplicate = The customer is with the company
problem-duplicate-text = This customer is with the company already. Nothing was entered. You can ask for the customer.
problem-limit-duplicates = Entering is closed for today
problem-limit-duplicates-text = You were told too often today that a customer is with the company. You can enter customers again tomorrow; until then ask your manager. Nothing was entered.
problem-limit-claims = That was enough for today
problem-limit-claims-text = You have claimed as many customers from the pool today as one may in a day.

## The ledger's sentences

say-approval-request-claim = { $who } asked to own a customer who is with the company (approval { $n })
say-approval-decide-claim = { $who } gave { $customer } to { $staff }, who had asked (approval { $n })
say-approval-decide-claim-refused = { $who } refused to give a customer to { $staff } (approval { $n })
say-failed-known = the customer is with the company, and they were led to it
say-failed-duplicate = the customer is with the company, and no more was told
say-failed-limit = the day's limit was reached

## Settings

setting-care = Care for customers
setting-duplicates_per_day = Duplicates told a day
setting-duplicates_per_day-note = 1 to 1,000; so often a day somebody is told that a customer whom they may not see is with the company. Then they enter nobody by hand until the next day
setting-duplicates_per_day-range = From 1 to 1,000
setting-pool_low_days = Days until a low customer falls into the pool
setting-pool_low_days-note = Without follow-up; 7 to 3,650, 0 for never. What is over it already falls within the hour
setting-pool_low_days-range = 0, or from 7 to 3,650
setting-pool_medium_days = Days until a medium customer falls into the pool
setting-pool_medium_days-note = 7 to 3,650, 0 for never
setting-pool_medium_days-range = 0, or from 7 to 3,650
setting-pool_high_days = Days until a high customer falls into the pool
setting-pool_high_days-note = 7 to 3,650, 0 for never
setting-pool_high_days-range = 0, or from 7 to 3,650
setting-pool_warn_days = Days of warning before that
setting-pool_warn_days-note = 1 to 90; the owner sees it on the first page
setting-pool_warn_days-range = From 1 to 90
setting-claims_per_day = Claims from the pool a day
setting-claims_per_day-note = 1 to 1,000 for each person
setting-claims_per_day-range = From 1 to 1,000

## The public pool

pool-text = Customers whom nobody cares for. Only tier, kind and region are shown; you see a customer once it is yours.
pool-count = { $n ->
    [one] 1 customer in the pool
   *[other] { $n } customers in the pool
}
pool-claims-left = { $n } claims left today
pool-none = Nobody is here for you
pool-none-text = What falls into the pool in your department and region appears here.
pool-since = In the pool since
pool-claim = Claim
pool-first-page = First page
pool-falling = Yours that fall soon
pool-falling-text = A follow-up, a closed task, an order or a change of yours keeps them.
pool-falls = Falls
pool-put = Put into the pool
pool-put-ask = Put this customer into the pool?
pool-put-text = The customer has no owner and no contact person then, and colleagues who may own it can claim it.
home-falling = Fall into the pool
home-falling-first = The first { $day }, unless followed up
flash-claimed = The customer is yours.
flash-pooled = The customer is in the pool.
problem-claimed = Somebody else has it
problem-claimed-text = Somebody else has this customer now. Look for another in the pool.
say-customer-pool = { $n } customers of { $staff } fell into the pool
say-customer-pool-one = { $who } put { $customer } into the pool
say-customer-claim = { $who } claimed { $customer } from the pool
say-pool-read = { $who } looked at the pool
say-failed-claimed = somebody else had the customer already

## The ownership rules

nav-rules-own = Ownership rules
rules-version = Version { $n }
rules-older = This is an older version.
rules-newest = To the newest
rules-acknowledge = I have read and acknowledge them
rules-acknowledge-text = That you have, and which version, is written in the ledger.
rules-acknowledged = Acknowledged { $time }
rules-edit = Edit
rules-edit-title = Edit the ownership rules
rules-edit-text = A line that begins with "# " is a heading, one with "- " a point. Saving makes a new version, and everybody is asked to acknowledge it.
rules-in-zh = In Chinese
rules-in-en = In English
rules-put = Put in force
rules-readers = Who has acknowledged
rules-readers-count = { $done } of { $of } have acknowledged it
rules-readers-all = Everybody
rules-readers-missing = Only who is missing
rules-readers-none = Nobody is missing
rules-readers-none-text = Everybody who works here has acknowledged the newest version.
rules-reader = Person
rules-reader-state = Acknowledged
rules-reader-time = When
rules-reader-never = Not yet
home-rules = There are ownership rules that you have not acknowledged yet.
home-rules-read = Read and acknowledge
flash-acknowledged = You have acknowledged the ownership rules.
flash-rules = The new version is in force.
say-rules-change = { $who } put version { $n } of the ownership rules in force
say-rules-read = { $who } read version { $n } of the ownership rules
say-rules-read-readers = { $who } read who has acknowledged the ownership rules
say-rules-acknowledge = { $who } acknowledged version { $n } of the ownership rules
