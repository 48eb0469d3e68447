//! Small random scenes of the shipped mechanisms, and questions about them.

use carrots::audit::Property::{self, *};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Questions about one scene.
const QUESTIONS: usize = 6;

/// A scenario to be audited: a shipped file, what is put over it, and what can be asked of it.
pub struct Drawn {
    pub file: &'static str,
    pub set: Vec<String>,
    /// A usual amount, for margins.
    unit: i128,
}

/// One of these.
fn any<T: Clone>(rng: &mut ChaCha8Rng, of: &[T]) -> T {
    of.choose(rng).expect("there are some").clone()
}

/// Sets a key to one of these.
fn set(rng: &mut ChaCha8Rng, key: &str, of: &[&str]) -> String {
    format!("{key}={}", any(rng, of))
}

fn auction(rng: &mut ChaCha8Rng) -> Drawn {
    let (kind, file) = any(
        rng,
        &[
            ("first_price", "auction-first-price"),
            ("second_price", "auction-second-price"),
            ("uniform_price", "auction-uniform-price"),
            ("vcg", "auction-vcg"),
            ("linear", "auction-vcg"),
        ],
    );
    let several = matches!(kind, "uniform_price" | "vcg" | "linear");
    let items = if several { rng.random_range(1..=2) } else { 1 };
    let mut weights: Vec<u32> =
        (0..rng.random_range(1..=items)).map(|_| rng.random_range(1..=3)).collect();
    if kind == "uniform_price" {
        weights.sort_by(|one, next| next.cmp(one));
    }
    let values = |rng: &mut ChaCha8Rng| match rng.random_range(0..3) {
        0 => rng.random_range(0..7).to_string(),
        _ => {
            format!("{{uniform={{min={},max={}}}}}", rng.random_range(0..2), rng.random_range(2..7))
        }
    };
    let values: Vec<_> = (0..any(rng, &[1, 1, 2, 3])).map(|_| values(rng)).collect();
    let knots = |rng: &mut ChaCha8Rng| {
        let knots =
            [0, rng.random_range(1..4)].map(|at| format!("[{at},{}]", rng.random_range(0..7)));
        any(rng, &["".into(), knots.join(",")])
    };
    let set = vec![
        format!("params.kind={kind}"),
        set(rng, "params.bid_share", &["0.0", "0.0", "0.5", "1.0"]),
        set(rng, "params.without_share", &["1.0", "1.0", "0.5", "0.0"]),
        set(rng, "params.beside_share", &["1.0", "1.0", "0.0"]),
        format!("params.price_line=[{}]", knots(rng)),
        format!("params.items={items}"),
        format!("world.weights={weights:?}"),
        format!("world.values=[{}]", values.join(",")),
        set(rng, "intended.strategy", &["truthful", "truthful", "shading", "demand_reduction"]),
        set(rng, "params.reserve_price", &["0", "0", "1", "3"]),
        format!("params.deposit={}", rng.random_range(1..7)),
        set(rng, "audit.bidders", &["2", "2", "3"]),
        set(rng, "audit.steps", &["1", "2", "3"]),
        set(rng, "audit.identities", &["1", "1", "2"]),
        set(rng, "audit.withholding", &["false", "false", "true"]),
    ];
    Drawn { file, set, unit: 2 }
}

fn oracle(rng: &mut ChaCha8Rng) -> Drawn {
    let file = any(rng, &["oracle-court", "oracle-court", "oracle-price"]);
    let mut all = vec![
        "params.min_stake=100".into(),
        set(rng, "params.alpha", &["0.5", "0.1", "1.0"]),
        set(rng, "params.absent_loss", &["110", "130"]),
        set(rng, "params.fee_per_vote", &["1", "30", "31"]),
        set(rng, "world.effort_cost", &["0", "0", "10"]),
        set(rng, "world.bribe", &["0", "15"]),
        set(rng, "world.promise", &["0", "150"]),
        set(rng, "audit.jurors", &["2", "3", "3"]),
        set(rng, "audit.stake", &["0", "0", "200", "450"]),
        set(rng, "audit.splits", &["1", "1", "2"]),
        set(rng, "audit.copying", &["false", "true"]),
        set(rng, "audit.bribe", &["none", "none", "on_action", "p_epsilon"]),
    ];
    if file == "oracle-court" && rng.random_bool(0.2) {
        all.extend(["audit.accuracy=0.9".into(), "audit.jurors=2".into()]);
    } else if rng.random_bool(0.25) {
        all.push("audit.appeals=1".into());
        all.push("audit.jury=2".into());
        all.push(set(rng, "audit.spare", &["0", "1000"]));
    }
    if file == "oracle-court" {
        all.push(set(rng, "world.truth.choice.options", &["2", "3"]));
        all.push(set(rng, "world.truth.choice.first", &["0.5", "1.0"]));
    }
    Drawn { file, set: all, unit: 20 }
}

fn funding(rng: &mut ChaCha8Rng) -> Drawn {
    let file = any(rng, &["funding-quadratic", "funding-pairwise", "funding-assurance"]);
    let mut all = vec![
        format!(
            "world.weight={{uniform={{min={},max={}}}}}",
            rng.random_range(5..9),
            rng.random_range(9..30)
        ),
        set(rng, "params.min_contribution", &["1", "1", "3"]),
        set(rng, "params.deposit", &["1", "5"]),
        set(rng, "audit.players", &["2", "2", "3"]),
        set(rng, "audit.steps", &["1", "1", "2"]),
        set(rng, "audit.amounts", &["1", "2", "3"]),
        set(rng, "audit.identities", &["1", "2"]),
    ];
    match file {
        "funding-assurance" => {
            all.push(set(rng, "params.threshold", &["10", "21", "30"]));
            all.push(set(rng, "params.bonus", &["0.01", "0.1", "0.3"]));
        }
        "funding-pairwise" => all.push(set(rng, "params.pairwise_bound", &["4", "20", "100000"])),
        _ => {}
    }
    if file != "funding-assurance" {
        all.push(set(rng, "world.sponsor", &["0", "10", "100000"]));
    }
    Drawn { file, set: all, unit: 3 }
}

fn staking(rng: &mut ChaCha8Rng) -> Drawn {
    let file = any(rng, &["staking-small", "staking-local"]);
    let (bonders, bonded) = any(rng, &[("0", "0"), ("1", "3000000"), ("2", "3000001")]);
    let mut all = vec![
        "params.unbonding_eras=4".into(),
        "params.report_eras=2".into(),
        "params.slash_defer_eras=1".into(),
        "world.report_delay_eras=0".into(),
        format!("audit.bonders={bonders}"),
        format!("audit.bonded={bonded}"),
        set(rng, "audit.stake", &["1000000", "1000003"]),
        set(rng, "audit.splits", &["1", "1", "2"]),
        "agents=[{strategy=\"honest\",count=1,stake=10000000}]".into(),
        set(rng, "params.max_operators", &["10", "10", "3"]),
        set(rng, "params.reporter_share", &["0.0", "0.1"]),
        set(rng, "params.max_commission", &["0.1", "0.2", "1.0"]),
        set(rng, "params.misconduct_slash", &["0.01", "1.0"]),
        set(rng, "world.reserve", &["0", "50000000"]),
    ];
    all.extend(match rng.random_range(0..4) {
        0 => ["world.detection=0.9", "audit.operators=2", "audit.eras=1"].map(String::from),
        1 => ["world.detection=1.0", "audit.operators=2", "audit.eras=2"].map(String::from),
        _ => [
            "world.detection=1.0".into(),
            set(rng, "audit.operators", &["1", "2", "3"]),
            "audit.eras=1".into(),
        ],
    });
    if rng.random_bool(0.5) {
        all.extend(["world.offence_gain=0".into(), "world.duty_cost=0".into()]);
    } else {
        all.push(set(rng, "world.offence_gain", &["100", "20000"]));
        all.push(set(rng, "world.duty_cost", &["20", "5"]));
    }
    Drawn { file, set: all, unit: 100 }
}

/// A question on random terms, as a scenario asks it.
fn question(rng: &mut ChaCha8Rng, property: Property, unit: i128) -> String {
    let term = |rng: &mut ChaCha8Rng, term: &str| {
        let amount = |rng: &mut ChaCha8Rng| (rng.random_range(-2..=20) * unit / 4).to_string();
        let value = match term {
            "changes" => "0".into(),
            "margin" if rng.random_bool(0.5) => return None,
            "margin" => (rng.random_range(-3..=2) * unit / 2).to_string(),
            "size" if property == Coalition => rng.random_range(1..=3).to_string(),
            "size" if rng.random_bool(0.3) => return None,
            "size" => rng.random_range(1..=2).to_string(),
            "side_payments" => rng.random_bool(0.5).to_string(),
            "factor" => any(rng, &["0", "'1/2'", "1", "3"]).into(),
            "least" => format!("'{}/3'", rng.random_range(0..6) * unit),
            _ => amount(rng),
        };
        Some(format!(",{term}={value}"))
    };
    let terms: String = property.terms().iter().filter_map(|name| term(rng, name)).collect();
    format!("{{property='{}'{terms}}}", property.name()).replace('\'', "\"")
}

/// The properties that can be asked of a scene.
pub fn asked(rng: &mut ChaCha8Rng, drawn: &Drawn) -> Vec<String> {
    let mut all = vec![
        DominantStrategy,
        ExPost,
        Bayesian,
        Nash,
        IndividualRationality,
        Sybil,
        Coalition,
        Immunity,
        Efficiency,
        OptimalRevenue,
        Revenue,
        Solvency,
        Griefing,
        Uniqueness,
    ];
    if !drawn.file.contains("auction") {
        all.retain(|property| !matches!(property, OptimalRevenue | Revenue));
    }
    if !drawn.file.contains("auction") && !drawn.file.contains("funding") {
        all.retain(|property| *property != Efficiency);
    }
    let has = |part: &str| drawn.set.iter().any(|set| set == part);
    let sure = !has("audit.accuracy=0.9") && !has("audit.appeals=1") && !has("world.detection=0.9");
    let sure = sure && (drawn.file.contains("oracle") || drawn.file.contains("staking"));
    let tokens = has("world.effort_cost=0") || has("world.offence_gain=0");
    let paid = has("audit.bribe=on_action") || has("audit.bribe=p_epsilon");
    all.extend(sure.then_some(Bribery));
    all.extend((sure && tokens && !paid).then_some(Corruption));
    all.shuffle(rng);
    all.into_iter().take(QUESTIONS).map(|property| question(rng, property, drawn.unit)).collect()
}

/// A scenario of any mechanism; auctions twice as often.
pub fn draw(rng: &mut ChaCha8Rng) -> Drawn {
    let mechanisms = [auction, auction, oracle, funding, staking];
    any(rng, &mechanisms[..])(rng)
}
