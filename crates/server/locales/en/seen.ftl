# Who has seen whom: the three questions and their answers.
nav-seen = Who saw
seen-title = Who saw whom
seen-lead = Accesses, out of the ledger. Each question is recorded, too.
seen-all = Some customers: who has seen them all
seen-customer = One customer: who saw them, and why
seen-person = One person: whom did they see in this time
seen-person-short = Customers seen
seen-customers = Customer numbers
seen-customers-hint = Separated by spaces, commas or lines; up to { $n }
seen-since = From
seen-until = Before
seen-in-clear = Count only what was shown in clear
seen-ask = Find out
seen-narrow = Only this time
seen-backwards = It has to end after it begins
seen-all-answer = { $n ->
    [one] One person has seen them all
   *[other] { $n } people have seen them all
}
seen-all-nobody = Nobody has seen them all
seen-any = { $n ->
    [one] one person has seen any of them
   *[other] { $n } people have seen any of them
}
seen-unknown = The ledger has nothing about these numbers (mistyped, never seen, or erased):
seen-none = Nobody saw them
seen-none-text = In this time nobody opened these customers or revealed a field.
seen-of-these = Of these
seen-altogether = Customers in all
seen-picture = One by one
seen-not = not seen
seen-order = The squares are, in this order:
seen-reveals = In clear
seen-views = Masked
seen-first = First
seen-last = Last
seen-when = When they looked
seen-whom = Whom they saw
seen-who-when = Who looked when
seen-entries = Entry by entry
seen-range = { $from }–{ $to } of { $total }
seen-person-lead = { $n ->
    [one] One customer in this time, refusals included
   *[other] { $n } customers in this time, refusals included
}
seen-person-none = In this time they opened no customer's page and revealed no field.
seen-people-more = { $n ->
    [one] One more person is not listed. Narrow the time.
   *[other] { $n } more people are not listed. Narrow the time.
}
seen-counts = What counts as seen
seen-counts-what = Opening a customer's page (masked) or revealing a field (in clear) counts; a refusal does not.
seen-counts-not = Lists and search results show masks only and do not count here. The ledger has an entry for each page of a list, which names the customers on it.
seen-counts-fair = Seeing many is no fault: who cares for many customers sees many. Look at the purposes first, then ask.
seen-lanes-alt = How often each of them looked: { $people }
seen-hours-alt = { $reveals } in clear, { $views } masked, { $denied } not granted
