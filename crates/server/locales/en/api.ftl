# What the interface and the pages say when something is wrong: title and text of a problem, and what is wrong with a
# value, a file, a line. What stands in braces is filled by the program.

## A sort of problem: title and text

problem-sign-in = Sign in first
problem-sign-in-text = Nobody is signed in, or the session has ended.
problem-cross-site = A request from elsewhere
problem-cross-site-text = This request was not sent by a page of this system, and was not carried out.
problem-not-found = There is no such thing
problem-not-found-text = The address is wrong, or it does not exist, or it is not for you to see.
problem-malformed = The request has the wrong form
problem-malformed-text = The request is not as the documentation of the interface asks for. Nothing was written.
problem-invalid = A value is not valid
problem-invalid-text = A value is not valid. Nothing was written.
problem-unwritable = The ledger cannot be written
problem-unwritable-text = The ledger cannot be written, so the gate is shut: nothing was opened and nothing was written. Try again in a moment.
problem-internal = Something went wrong
problem-internal-text = Something went wrong, and the fault is noted. Nothing was written.
problem-denied = Not granted
problem-denied-text = The policy did not grant it.
problem-term = Too short to search for
problem-term-text = Give the whole mobile number, e-mail, ID number, card number, name or customer number. Anything shorter is not searched for, and never finds everything.
problem-purpose = The purpose does not stand
problem-purpose-text = This task, call, order or approval does not exist, is not yours, is closed, or is about another customer. An approval opens each of its fields once.
problem-conflict = It was changed meanwhile
problem-conflict-text = Somebody else just changed it, or it is done already. Reload and try again. Nothing was written.
problem-too-much = Too much at once
problem-too-much-text = An evidence bundle holds at most 10,000 entries. Narrow the time, and make several.
problem-no-font = No font
problem-no-font-text = The server has no font for Chinese to put into a PDF. Install the package fonts-noto-cjk on the server.
problem-uncovered = Not cosigned yet
problem-uncovered-text = The newest entries are not yet in a checkpoint that enough witnesses cosigned. Try again when the witnesses are back.
problem-taken = The number is taken
problem-taken-text = This number exists already. Choose another.
problem-key-reused = The idempotency key was used
problem-key-reused-text = This Idempotency-Key was used for another request. Take a new one.
problem-policy = The policy has faults
problem-policy-text = The policy text did not pass its checks. The version in force stays.
problem-cursor = The cursor is not valid
problem-cursor-text = This cursor was not given out by this system. Begin again with the first page.
problem-file = The file cannot be taken
problem-file-text = This file cannot be imported. Nothing was written.
problem-wrong = The sign-in is wrong
problem-wrong-text = Staff number or password is wrong.
problem-code-required = A code is needed
problem-code-required-text = The password is right. Now give the authenticator code or a recovery code.
problem-wrong-code = The code is wrong
problem-wrong-code-text = The code is wrong or was used already. Wait for the next one.
problem-too-late = Too late
problem-too-late-text = The second step of the sign-in came too late. Begin again.
problem-wrong-activation = The activation code is wrong
problem-wrong-activation-text = Staff number or activation code is wrong, or the code was used or has run out.
problem-throttled = Too many tries
problem-throttled-text = Too many tries. Try again in { $seconds } seconds; the account is not locked.
problem-occupied = Other files are being taken
problem-occupied-text = Other files are being taken. Try again in { $seconds } seconds. Nothing was written.
problem-too-large = Too large
problem-too-large-text = It is larger than the limit. Nothing was written.

## How a request is written

malformed-json = The JSON is not as documented at { $place } (line:column).
malformed-key = An Idempotency-Key has 1 to 100 characters.
malformed-query = The parameters of the address are not as documented.
malformed-form = The form is not complete, or holds something unknown.

## What is wrong with a value

invalid-sentence = { $field }: { $problem }
invalid-empty = a value is needed
invalid-too_long = too long
invalid-too_many = too many
invalid-formula = begins like a spreadsheet formula, which is not taken
invalid-control_character = has control characters or invisible ones
invalid-bad_format = not of the expected form
invalid-bad_mobile = not a mobile number of mainland China (11 digits)
invalid-bad_check_digit = the check digit of the identity number is wrong
invalid-bad_luhn = the check digit of the card number is wrong
invalid-bad_email = not an e-mail address
invalid-bad_date = not a date of the calendar
invalid-bad_number = not a number that fits here
invalid-negative = must not be negative
invalid-rounded_number = a spreadsheet has rounded this number: make the column text and export again
invalid-bad_choice = none of the known choices
invalid-keys_none = a public key of a receiver is needed
invalid-keys_many = more than five public keys
invalid-keys_long = too long for public keys: one a line, at most five
invalid-keys_twice = one public key stands there twice
invalid-keys_secret = this is a secret key, which belongs nowhere but to its holder: give the public key, which begins with age1, and use this one no more
invalid-keys_ssh = keys of SSH are not taken: the receiver can make one with age-keygen
invalid-keys_form = no public key of age: it begins with age1 and has 62 characters, one key a line; look for a typing error
invalid-unknown_field = there is no such field
invalid-setting = out of its range
invalid-password-too_short = at least 12 characters
invalid-password-too_long = too long
invalid-password-too_easy = too easy to guess; take a sentence that only you know

## What is wrong with a file

file-wrong_name = The name does not fit the content: it says { $name }, but the file holds { $content }.
file-unsupported = This kind of file is not known. Use CSV in UTF-8 or GB18030, or XLSX, plain or gzip. Save an old .xls as .xlsx.
file-too_large = Unpacked it is larger than { $limit } MB. Split it.
file-too_many_rows = It has more than { $limit } lines. Split it.
file-too_many_columns = It has more than { $limit } columns, which is no table to import.
file-damaged = The file is damaged: it cannot be unpacked or read.
file-empty_file = The file is empty: there is not even a header line.
file-no_header = The first line holds no known column name. It must be the header line; since it may be data, it is not shown here.
file-columns = The columns do not fit.
file-unreadable = The file cannot be read. Nothing was written.
file-columns-unknown = Unknown columns: { $names }. Say what they are, or leave them out.
file-columns-missing = Missing columns: { $names }.
file-columns-twice = Columns that are there twice: { $names }.
file-columns-overrides = Mappings that fit nothing: { $names }.
file-kind-text = a text table (CSV)
file-kind-workbook = a workbook (XLSX)
file-kind-gzip = a gzip file
file-kind-other = something else

## What is wrong in a line

line-too_long = longer than { $max } characters
line-column_count = has { $found } columns where the header line has { $expected }
line-quotes = has a quotation mark that does not close
line-long_line = the line is longer than { $max } bytes
line-encoding = has bytes that are no text in the encoding of the file
line-duplicate = repeats the number of line { $first }
line-unreadable = cannot be read on from here; the rest of the file is missing
