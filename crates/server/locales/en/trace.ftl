## Tracing a leaked list

nav-trace = Leaked lists
trace-lead = Hand in a customer list that turned up outside, and see which export it comes from, or whose accesses fit it best
trace-new = Hand a list in
trace-file = The list
trace-file-hint = CSV or XLSX; without header line, with columns missing or in another order, 200,000 lines at most. It stands in memory only and is not kept
trace-go = Trace it
trace-verdict-points_to = The list points to { $who }
trace-verdict-undecided = The list looks most like { $who }, but it is open
trace-verdict-nobody = This list points to nobody
trace-export-of = export { $n } of { $who }
trace-seen-by = the customers that { $who } has seen
trace-counts = { $lines } lines, { $found } of them customers of the company; held against { $exports } exports and what { $people } people have seen.
trace-in-clear = The list shows numbers in clear, so only what was seen in clear counts.
trace-empty = No export and no access has a customer of this list.
trace-suspect = Source
trace-export = Export
trace-accesses = Accesses
trace-points = points to
trace-open = open
trace-covered = Customers in common
trace-expected = By chance
trace-marks = Hidden marks
trace-ratio = Likelihood ratio
trace-ratio-none = below 10
trace-chance = False accusation
trace-chance-any = may be chance
trace-canaries = { $n ->
    [one] 1 made-up customer
   *[other] { $n } made-up customers
}
trace-order = order: { $agree } of { $of } agree
trace-spelling = spelling: { $agree } of { $of } agree
trace-how = How it is told
trace-how-1 = Made-up customers: they stand in that one export and nowhere else. One of them settles it.
trace-how-2 = Order and spelling: each export has an order of its own, and its own way with brackets, spaces and the like. Of any other list about half agrees.
trace-how-3 = Customers in common: far more than among customers of the same region and tier whom as many people know.
trace-how-4 = False accusation: at most how likely a list that comes from nobody points to anybody.
trace-not = What it does not prove
trace-not-1 = It is a lead, not a proof. That a list comes from an export does not say that who made the export leaked it: a file can be passed on, an account misused.
trace-not-2 = Customers seen in a list, photographed on a screen or heard on the phone are not counted.
trace-not-3 = A list that everybody could have, and one of a whole region, points to nobody.
