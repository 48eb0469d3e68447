//! Ways in which our own rules could be gamed, as traces: `tests/flaws/NAME.toml` says what each was.
//! On the compiled contract as in memory they end with what the file says: what paid does not pay now,
//! and what still does is the nature of the mechanism.

use carrots_kernel::Balance;
use carrots_testkit::replay::replay;
use carrots_tests::MECHANISMS;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flaws {
    flaw: Vec<Flaw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flaw {
    trace: String,
    about: String,
    /// What every account has in the end.
    wallets: Vec<String>,
}

#[test]
fn what_paid_does_not_pay_now() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("flaws");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it can be read");
    let mut told = 0;
    for (mechanism, _) in MECHANISMS {
        let flaws: Flaws =
            toml::from_str(&read(&format!("{mechanism}.toml"))).expect("it is sound");
        for Flaw { trace, about, wallets } in flaws.flaw {
            let mut said = Vec::new();
            let ends = replay(MECHANISMS, &read(&trace), &mut said);
            let said = String::from_utf8_lossy(&said);
            let ends = ends.unwrap_or_else(|error| panic!("{trace}: {error:#}\n{said}"));
            let ends = ends.unwrap_or_else(|| panic!("{trace}: not equal\n{said}"));
            let ends: Vec<String> = ends.iter().map(Balance::to_string).collect();
            assert_eq!(ends, wallets, "scripts/replay tests/flaws/{trace}: {about}");
            told += 1;
        }
    }
    let files = std::fs::read_dir(&folder).expect("it can be read").map(|entry| {
        entry.expect("it can be read").path().extension().is_some_and(|kind| kind == "json")
    });
    assert_eq!(told, files.filter(|is_trace| *is_trace).count(), "every trace is told of");
}
