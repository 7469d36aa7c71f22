//! Policy texts: no text panics the parser, and what parses parses again.
#![no_main]
use libfuzzer_sys::fuzz_target;
use tigertally_core::policy::Policy;

fuzz_target!(|text: &str| {
    if let Ok(policy) = Policy::parse(text, 1) {
        assert!(Policy::parse(policy.text(), 2).is_ok());
    }
});
