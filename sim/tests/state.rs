//! States of mechanisms: read back as they were written, refused where they are none.

use carrots::audit::Property;
use carrots::model::{Agent, Instance, Messages, Model, Op, State, StateError, Step, hex};
use carrots::play::{Dice, Play, ScenarioOf, Table};
use carrots::scenario::Document;
use carrots::scene::{Answers, History, Scene};
use carrots_catalogue::CATALOGUE;
use carrots_catalogue::{auction, funding, oracle, staking};
use carrots_kernel::Balance;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn document(file: &str, set: &[&str]) -> Document {
    let text = std::fs::read_to_string(format!("scenarios/{file}.toml")).expect("it is there");
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    Document::parse(file.into(), text, &set).expect("it is TOML")
}

fn scenario<G: Play>(file: &str, set: &[&str]) -> ScenarioOf<G> {
    document(file, set).scenario().expect("it is a scenario")
}

/// Writes the state, reads it, and writes it again; the numbers of accounts stay, and everyone has
/// what it had.
fn comes_back<M: Model>(instance: &Instance<M>) {
    let state = instance.state();
    let back = Instance::<M>::restore(&state).expect("a state of the mechanism");
    assert_eq!(back.state(), state);
    assert_eq!(back.owed(), instance.owed());
    for agent in 0..state.accounts.len() as Agent {
        assert_eq!(back.wealth(agent), instance.wealth(agent));
        assert_eq!(back.agent(&instance.address(agent)), Some(agent));
    }
    // From the cells alone the same records come, with other numbers.
    let bare = State { accounts: vec![], ..state.clone() };
    let bare = Instance::<M>::restore(&bare).expect("a state of the mechanism");
    assert_eq!(bare.storage(), state.cells);
}

/// A few rounds of a scenario, with random calls behind each; a play of its scene, call by call.
fn comes_back_from<G: Play>(file: &str, set: &[&str]) {
    let scenario = scenario::<G>(file, set);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let game = G::new(&scenario);
    let mut table = Table::<G, Dice>::new(&game, &scenario, 1, 0);
    game.enter(&mut table);
    for _ in 0..scenario.run.horizon.min(4) {
        game.round(&mut table);
        comes_back(&table.instance);
        let mut wild = table.instance.clone();
        for _ in 0..200 {
            step(&mut wild, &mut rng);
        }
        comes_back(&wild);
    }
    let scene = Scene::<G>::new(&scenario).expect("it is a game");
    let (types, given) = (vec![0; scene.cast.players.len()], vec![None; scene.cast.players.len()]);
    let mut answers = Answers::new(&types, &given);
    let end = scene.play(History::new(&mut answers).recorded());
    let mut model = scene.start().clone();
    for step in end.answers.into_steps() {
        match step {
            Step::Blocks(blocks) => model.advance(blocks),
            Step::Call { who, value, op, .. } => drop(model.apply(who, value, op)),
        }
        comes_back(&model);
    }
}

/// A random call of a random agent, or some blocks.
fn step<M: Model>(model: &mut Instance<M>, rng: &mut ChaCha8Rng) {
    let agents = model.ledger().wallets.len() as Agent;
    let (who, account) = (rng.random_range(0..agents), rng.random_range(0..agents));
    let samples = M::Op::samples(account);
    let op = samples[rng.random_range(0..samples.len())];
    let value = match op.payable() {
        true => model.ledger().wallets[who as usize] / rng.random_range(1..4),
        false => 0,
    };
    let _ = model.apply(who, value, op);
    if rng.random_range(0..10) == 0 {
        model.advance(1);
    }
}

#[test]
fn staking_comes_back() {
    comes_back_from::<staking::Game>("staking-small", &[]);
}

#[test]
fn auctions_come_back() {
    for file in ["auction-second-price", "auction-uniform-price", "auction-vcg"] {
        comes_back_from::<auction::Game>(file, &[]);
    }
}

#[test]
fn the_oracle_comes_back() {
    comes_back_from::<oracle::Game>("oracle-court", &[]);
    comes_back_from::<oracle::Game>("oracle-price", &[]);
}

#[test]
fn funding_comes_back() {
    for file in ["funding-quadratic", "funding-pairwise", "funding-assurance"] {
        comes_back_from::<funding::Game>(file, &[]);
    }
}

/// A state of staking after two eras.
fn staked() -> Instance<staking::Staking> {
    played::<staking::Game>(&scenario::<staking::Game>("staking-small", &[]), 2)
}

#[test]
fn what_is_no_state_is_refused() {
    let refused = |change: &dyn Fn(&mut State)| {
        let mut state = staked().state();
        change(&mut state);
        Instance::<staking::Staking>::restore(&state).expect_err("it is no state")
    };
    let key = |cell: u32| cell.to_le_bytes().to_vec();
    let long = |key: Vec<u8>| {
        move |state: &mut State| state.cells.get_mut(&key).expect("it is there").push(0)
    };
    type Change<'a> = &'a dyn Fn(&mut State);
    let cases: [(Change, &str); 10] = [
        (&|s| drop(s.cells.remove(&key(0))), "cells: expected 0x00000000 with the state"),
        (&|s| drop(s.cells.remove(&key(2))), "cells: expected 0x02000000 with the roles"),
        (&long(key(0)), "cells.0x00000000: expected one of state: the record: "),
        (
            &|s| drop(s.cells.insert(key(3), vec![])),
            "cells.0x03000000: expected one of pools: the key: ",
        ),
        (
            &|s| drop(s.cells.insert(key(14), vec![])),
            "cells.0x0e000000: expected what the contract stores",
        ),
        (
            &|s| drop(s.cells.insert(vec![7], vec![])),
            "cells.0x07: expected what the contract stores",
        ),
        (
            &|s| drop(s.cells.insert([key(7), key(999)].concat(), vec![0; 36])),
            "cells.0x07000000e7030000: expected what",
        ),
        (
            &|s| s.accounts[3].address = s.accounts[4].address,
            "accounts[4].address: expected every account once",
        ),
        (&|s| s.accounts[3].wallet = u128::MAX, "held: expected a sum of at most 2^128 - 1"),
        (&|s| s.held = 5, "held: expected at least "),
    ];
    for (change, expected) in cases {
        let message = refused(change).to_string();
        assert!(message.contains(expected), "{message}\n{expected}");
    }
}

#[test]
fn parameters_that_the_rules_refuse_are_named() {
    let mut state = staked().state();
    let params = state.cells.get_mut(&1u32.to_le_bytes()[..]).expect("it is there");
    params[..4].fill(0);
    let error = Instance::<staking::Staking>::restore(&state).expect_err("no blocks in an era");
    assert!(matches!(error, StateError::Params { key: "era_blocks", .. }), "{error}");
}

#[test]
fn one_account_can_have_two_roles() {
    let mut state = staked().state();
    let roles = state.cells.get_mut(&2u32.to_le_bytes()[..]).expect("it is there");
    let slasher = roles[..32].to_vec();
    roles[32..64].copy_from_slice(&slasher);
    let mut back = Instance::<staking::Staking>::restore(&state).expect("a state of staking");
    assert_eq!(back.state().cells, state.cells);
    let operator = (0..).find(|at| back.worth(*at) > 0).expect("somebody has a bond");
    let award = staking::Op::Award { operator, points: 1 };
    assert!(back.apply(0, 0, award).is_ok());
    let address = back.address(operator);
    assert!(back.agent(&address).is_some(), "{}", hex(address));
}

#[test]
fn who_is_met_has_the_next_number() {
    let mut staking = staked();
    let (agents, cells) = (staking.ledger().wallets.len() as Agent, staking.storage());
    assert_eq!(staking.meet(staking.address(3)), 3);
    assert_eq!(staking.meet([7; 32]), agents);
    assert_eq!(staking.meet([7; 32]), agents);
    assert_eq!((staking.address(agents), staking.agent(&[7; 32])), ([7; 32], Some(agents)));
    assert_eq!(staking.storage(), cells);
    staking.endow(agents, 1_000_000);
    assert!(staking.apply(agents, 1_000_000, staking::Op::Fund {}).is_ok());
    comes_back(&staking);
}

/// Plays some rounds of a scenario: what comes of it.
fn played<G: Play>(scenario: &ScenarioOf<G>, rounds: u32) -> Instance<G::Model> {
    let game = G::new(scenario);
    let mut table = Table::<G, Dice>::new(&game, scenario, 1, 0);
    game.enter(&mut table);
    (0..rounds).for_each(|_| game.round(&mut table));
    table.instance
}

/// The text of a scenario that goes on from a state, like another one without its agents.
fn going_on<G: Play>(state: &State, file: &str, set: &[&str]) -> String {
    let base = document(file, &[set, &["agents=[]"]].concat());
    carrots::play::resumed::<G>(state, Some(&base), "").expect("a state of the mechanism")
}

/// Reads that text.
fn read<G: Play>(text: &str, set: &[&str]) -> Result<ScenarioOf<G>, String> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("S.toml".into(), text.into(), &set);
    document.and_then(|document| carrots::play::read::<G>(&document)).map_err(|e| e.to_string())
}

/// What everyone of a state has in an instance, by address.
fn wealth<M: Model>(state: &State, instance: &Instance<M>) -> Vec<(String, u128)> {
    let has = |address: &[u8; 32]| instance.wealth(instance.agent(address).expect("it is there"));
    state.accounts.iter().map(|one| (hex(one.address), has(&one.address))).collect()
}

/// Five rounds at once, and two of them, a file, and three from there: everyone who plays has the
/// same, and the contract stores the same where `stores` says so.
fn goes_on<G: Play>(file: &str, set: &[&str], same_storage: bool) {
    let scenario = scenario::<G>(file, set);
    let [before, whole] = [2, 5].map(|rounds| played::<G>(&scenario, rounds));
    let mut state = before.state();
    // Between auctions nobody can tell bidders from others.
    if file.starts_with("auction") {
        state.accounts[2..].iter_mut().for_each(|one| one.strategy = Some("truthful".into()));
    }
    let text = going_on::<G>(&state, file, set);
    let on = read::<G>(&text, &[]).expect("a scenario that goes on");
    let on = played::<G>(&on, 3);
    assert_ne!(whole.storage(), state.cells);
    if same_storage {
        assert_eq!(on.storage(), whole.storage(), "{file}");
    }
    let written = read::<G>(&text, &[]).expect("it was read").state.expect("it has one");
    let goes = |one: &carrots::model::Holder| one.strategy.is_some();
    let players = State { accounts: written.accounts.into_iter().filter(goes).collect(), ..state };
    assert!(players.accounts.len() > 5, "{file}");
    assert_eq!(wealth(&players, &on), wealth(&players, &whole), "{file}");
}

#[test]
fn going_on_is_playing_on() {
    let staking = [
        "world.miss_rate=0.0",
        "agents[1].strategy=honest",
        "agents[2].strategy=honest",
        "agents[3].stake=1000000",
    ];
    goes_on::<staking::Game>("staking-small", &staking, true);
    let auction =
        ["world.values=[50, 70, 90]", "agents=[{strategy=\"truthful\",count=9,stake=1000000000}]"];
    goes_on::<auction::Game>("auction-second-price", &auction, true);
    let oracle = [
        "world.accuracy=1.0",
        "world.truth={choice={options=2,first=1.0}}",
        "world.questions=1",
        "agents=[{strategy=\"honest\",count=7,stake=\"5_000_000_000_000_000_000_000\"}]",
        "params.jury=7",
        "params.max_appeals=0",
    ];
    goes_on::<oracle::Game>("oracle-court", &oracle, false);
    let funding = [
        "world.interests=4",
        "world.goods=4",
        "world.weight=1000",
        "agents=[{strategy=\"honest\",count=9,stake=1000000}]",
    ];
    goes_on::<funding::Game>("funding-quadratic", &funding, false);
}

/// The state of a contract that was just instantiated.
fn fresh<G: Play>(file: &str, block: u32) -> State {
    let scenario = scenario::<G>(file, &[]);
    let wallets = vec![0; G::Model::ROLES.len()];
    let instance = Instance::<G::Model>::new(scenario.params, wallets, block);
    instance.expect("the parameters are sound").state()
}

/// A scenario that starts from a contract that was just instantiated is the scenario itself: agents
/// do and get the same, and an audit says the same.
fn from_the_first_block<G: Play>(file: &str, set: &[&str], asked: Property) {
    let own = document(file, set);
    let started = |block, set: &[&str]| {
        let text = carrots::play::resumed::<G>(&fresh::<G>(file, block), Some(&own), "");
        let set = set.iter().map(|set| set.to_string()).collect::<Vec<_>>();
        Document::parse(file.into(), text.expect("a state of the mechanism"), &set)
    };
    // What is paid in once was not paid in yet.
    let reserve = own.table().get("world").and_then(|world| world.get("reserve"));
    let reserve = reserve.map(|reserve| format!("world.reserve={reserve}"));
    let once: Vec<&str> = reserve.iter().map(String::as_str).collect();
    let (first, then) = (started(0, &once).expect("TOML"), started(1, &once).expect("TOML"));
    let rows = |document| carrots::simulate::load::<G>(document).expect("it is sound").play(7, 0);
    assert_eq!(rows(&own), rows(&first), "{file}");
    let finding = |document| {
        let audit = CATALOGUE.audit(document).expect("it is sound");
        let options = |terms: &mut carrots::audit::Terms| {
            terms.changes = terms.property.terms().contains(&"changes").then_some(0);
        };
        audit.property(asked).on(options).finding().to_string()
    };
    assert_eq!(finding(&own), finding(&then), "{file}");
}

#[test]
fn a_fresh_contract_is_where_scenarios_start() {
    use Property::{DominantStrategy, Nash, Sybil};
    from_the_first_block::<staking::Game>("staking-small", &["run.horizon=40"], Nash);
    from_the_first_block::<auction::Game>(
        "auction-second-price",
        &["audit.bidders=3"],
        DominantStrategy,
    );
    from_the_first_block::<auction::Game>("auction-vcg", &["run.horizon=5"], DominantStrategy);
    from_the_first_block::<oracle::Game>("oracle-court", &["run.horizon=3"], Nash);
    from_the_first_block::<oracle::Game>("oracle-price", &["run.horizon=3"], Nash);
    from_the_first_block::<funding::Game>("funding-quadratic", &["run.horizon=2"], Sybil);
    from_the_first_block::<funding::Game>("funding-assurance", &["run.horizon=2"], Nash);
}

/// What an audit finds from a state, which a trace shows that carries the state.
fn found_from<G: Play>(file: &str, set: &[&str], asked: Property) {
    let scenario = scenario::<G>(file, &[]);
    let state = played::<G>(&scenario, 2).state();
    let text = going_on::<G>(&state, file, &[]);
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse(file.into(), text, &set).expect("it is TOML");
    let options = |terms: &mut carrots::audit::Terms| {
        terms.changes = terms.property.terms().contains(&"changes").then_some(0);
    };
    let finding =
        CATALOGUE.audit(&document).expect("it is sound").property(asked).on(options).violated();
    let found = finding.counterexample.expect("it shows how");
    for trace in [&found.trace, &found.base] {
        assert!(trace.get("state").is_some() && trace.get("wallets").is_none(), "{file}");
        let mut player = CATALOGUE.replay(&trace.to_string()).expect("it can be played");
        while player.play().is_some() {}
        assert!(player.surprises().is_empty(), "{file}: {:?}", player.surprises());
        let (held, owed) = player.balance();
        assert!(held >= owed, "{file}");
    }
}

#[test]
fn violations_are_found_from_a_state() {
    use Property::{Coalition, DominantStrategy, Nash, Sybil};
    let many = ["params.max_operators=60", "world.offence_gain=20000000"];
    found_from::<staking::Game>("staking-small", &many, Nash);
    found_from::<auction::Game>(
        "auction-first-price",
        &["audit.bidders=1", "audit.steps=4"],
        DominantStrategy,
    );
    let bribed = [
        "audit.jury=15",
        "audit.stake=\"9_000_000_000_000_000_000_000_000\"",
        "audit.bribe=on_action",
        "world.bribe=\"99_000_000_000_000_000_000_000\"",
    ];
    found_from::<oracle::Game>("oracle-court", &bribed, Nash);
    found_from::<funding::Game>("funding-quadratic", &[], Sybil);
    found_from::<funding::Game>("funding-pairwise", &["audit.identities=1"], Coalition);
}

#[test]
fn what_is_intended_holds_from_a_state() {
    let text = going_on::<staking::Game>(&staked().state(), "staking-small", &[]);
    let set = ["params.max_operators=60".to_string(), "audit.stake=10000000".to_string()];
    let document = Document::parse("S.toml".into(), text, &set).expect("it is TOML");
    let audit = CATALOGUE.audit(&document).expect("it is sound");
    audit.property(Property::IndividualRationality).holds();
    audit.property(Property::Solvency).on(|terms| terms.changes = Some(0)).holds();
}

#[test]
fn parameters_of_the_file_win_from_here_on() {
    let state = staked().state();
    let text = going_on::<staking::Game>(&state, "staking-small", &[]);
    let reserve = |set: &[&str]| {
        let scenario = read::<staking::Game>(&text, set).expect("a scenario that goes on");
        let instance = played::<staking::Game>(&scenario, 5);
        carrots_logic::staking::Db::state(&instance.db).reserve
    };
    let (as_it_is, generous) = (reserve(&[]), reserve(&["params.max_inflation=0.5"]));
    assert!(generous < as_it_is, "{generous} {as_it_is}");
    let paid = |left| carrots_logic::staking::Db::state(&staked().db).reserve - left;
    assert!(paid(generous) > 4 * paid(as_it_is));
}

#[test]
fn votes_follow_the_parameters() {
    let scenario = scenario::<oracle::Game>("oracle-court", &[]);
    let state = played::<oracle::Game>(&scenario, 1).state();
    let text = going_on::<oracle::Game>(&state, "oracle-court", &[]);
    let votes = |set: &[&str]| {
        let scenario = read::<oracle::Game>(&text, set).expect("a scenario that goes on");
        let state = scenario.state.expect("it has one");
        let instance = Instance::<oracle::Oracle>::restore(&state).expect("a state");
        let votes = carrots_logic::oracle::tree::total(&instance.db, &scenario.params);
        (votes, carrots_logic::oracle::Db::state(&instance.db).jurors)
    };
    let (half, all) =
        (votes(&["params.absent_loss=\"6_000_000_000_000_000_000_000\""]), votes(&[]));
    assert!(half.0 < all.0 && half.0 * 3 > all.0, "{half:?} {all:?}");
    let few = votes(&["params.max_jurors=512"]);
    assert_eq!(few, all);
}

#[test]
fn what_a_file_says_wrong_of_a_state_is_told() {
    let text = going_on::<staking::Game>(&staked().state(), "staking-small", &[]);
    assert!(text.contains("# pools 0x6161") && text.contains("Pool { status: Active"), "{text}");
    let supposed = "strategy = \"honest\"  # supposed";
    let cases = [
        (
            supposed,
            "strategy = \"honestly\"",
            ".strategy = \"honestly\": expected one of honest, lazy",
        ),
        (supposed, "strategy = \"bonder\"", "expected a strategy of operators: it is one"),
        (supposed, "strategy = \"stake_splitting\"", "expected a strategy of one account"),
        (
            "strategy = \"bonder\"  # supposed",
            "strategy = \"lazy\"",
            "expected bonder: it is no operator",
        ),
        ("[state]\nblock = 1800", "[state]\nblock = 1", "state.block = 1: expected at least 3"),
        ("[state]\nblock", "[state]\nblok", "state.blok = 1800: unknown field `blok`"),
        (
            "\"0x00000000\" = \"0x",
            "\"0x00000000\" = \"0xz",
            "expected 0x and pairs of hexadecimal digits",
        ),
        (
            "\"0x00000000\" = \"0x",
            "\"00000000\" = \"0x",
            "expected 0x and pairs of hexadecimal digits",
        ),
        ("\"0x00000000\" = \"0x", "\"0x00000000\" = \"0x00", "state.cells.0x00000000"),
        ("\"0x00000000\" = \"0x", "\"0x0f000000\" = \"0x", "state.cells"),
        ("\nheld = \"", "\nheld = \"0\" #", "state.held = \"0\": expected at least"),
        (
            "\nheld = \"",
            "\nheld = \"340282366920938463463374607431768211455\" #",
            "over all eras, with all",
        ),
        ("6100000001\"", "6100000000\"", "state.accounts[1].address"),
        ("6100000001\"", "61000000\"", "expected 0x and 32 bytes"),
    ];
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from}");
        let error = match read::<staking::Game>(&text.replacen(from, to, 1), &[]) {
            Ok(_) => panic!("{to}"),
            Err(error) => error,
        };
        assert!(error.starts_with("S.toml:") && error.contains(expected), "{to}: {error}");
        assert!(!error.starts_with("S.toml:1:"), "{to}: {error}");
    }
    let idle: String = text
        .lines()
        .filter(|line| !line.ends_with("# supposed"))
        .fold(String::new(), |text, line| text + line + "\n");
    let error = read::<staking::Game>(&idle, &[]).expect_err("nobody plays");
    assert!(error.contains("agents: expected at least one group"), "{error}");
}

/// Storage that was made up is refused, or played like any other; how often which.
fn made_up<G: Play>(file: &str) -> [usize; 2] {
    let base = document(file, &["run.horizon=2"]);
    let agents = base.table().iter().filter(|(key, _)| *key == "agents");
    let agents: toml::Table = agents.map(|(key, value)| (key.clone(), value.clone())).collect();
    let newcomers = format!("\n{agents}");
    let state = played::<G>(&scenario::<G>(file, &[]), 2).state();
    let keys: Vec<_> = state.cells.keys().cloned().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut counts = [0; 2];
    for _ in 0..60 {
        let mut other = state.clone();
        // The first cells are those that concern everyone.
        let most = if rng.random() { keys.len() } else { keys.len().min(6) };
        let record = other.cells.get_mut(&keys[rng.random_range(0..most)]).expect("it is there");
        if let Some(byte) = record.len().checked_sub(1).map(|last| rng.random_range(0..=last)) {
            record[byte] = if rng.random() { 255 } else { rng.random() };
        }
        other.held = if rng.random() { other.held } else { u128::MAX / 4 };
        let text = carrots::play::resumed::<G>(&other, Some(&base), "");
        let played = text.is_ok_and(|mut text| {
            if !text.contains("[[agents]]") {
                text += &newcomers;
            }
            let document = Document::parse(file.into(), text, &[]).expect("it is TOML");
            carrots::simulate::load::<G>(&document).is_ok_and(|game| !game.play(1, 0).is_empty())
        });
        counts[usize::from(played)] += 1;
    }
    counts
}

#[test]
fn made_up_storage_is_refused_or_played() {
    for counts in [
        made_up::<staking::Game>("staking-small"),
        made_up::<auction::Game>("auction-second-price"),
        made_up::<oracle::Game>("oracle-price"),
        made_up::<funding::Game>("funding-pairwise"),
        made_up::<funding::Game>("funding-assurance"),
    ] {
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    }
}

/// A mechanism after three rounds of play, random calls of everyone, and these calls.
fn in_mid_life<G: Play>(
    file: &str,
    played_with: &[&str],
    calls: &[(Agent, Balance, <G::Model as Messages>::Op)],
) -> State {
    let mut instance = played::<G>(&scenario::<G>(file, played_with), 3);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..60).for_each(|_| step(&mut instance, &mut rng));
    for (who, value, op) in calls {
        let done = instance.apply(*who, *value, *op);
        assert!(done.is_ok(), "{op:?}: {done:?}");
    }
    instance.state()
}

/// The scenarios of mid-life that are shipped are what plays make of the rules as they are.
/// `UPDATE=1` writes them.
fn is_shipped<G: Play>(
    about: &str,
    played_with: &[&str],
    calls: &[(Agent, Balance, <G::Model as Messages>::Op)],
    set: &[&str],
) {
    let general = format!("{}-general", G::Model::NAME);
    let state = in_mid_life::<G>(&general, played_with, calls);
    let asked = "intended.properties=['nash','solvency','frozen','attack']";
    let text = going_on::<G>(&state, &general, &[&[asked], set].concat());
    let about = about.lines().map(|line| format!("# {line}").trim_end().to_string());
    let text = format!("{}\n\n{text}", about.collect::<Vec<_>>().join("\n"));
    let path = format!("scenarios/{}-mid-life.toml", G::Model::NAME);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("it can be written");
    }
    let shipped = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(shipped, text, "{path}: UPDATE=1 cargo test --workspace --test state mid_life");
}

#[test]
fn scenarios_of_mid_life_are_what_plays_make() {
    let (hash, equivocation) = ([7; 32], carrots_logic::staking::Offence::Equivocation);
    is_shipped::<auction::Game>(
        "An auction house in mid-life: three auctions are over, and a fourth is open with one bid, of somebody\n\
         far richer than all others. It ends without that bid, since nobody knows what it says. Those who\n\
         bid go on, and three others come.",
        &[
            "agents=[{strategy='truthful',count=2,stake=10_000},{strategy='truthful',count=1,stake=9_000_000}]",
        ],
        &[],
        &["intended.violated=[]"],
    );
    is_shipped::<funding::Game>(
        "Funding in mid-life: four rounds are over, the sponsors of the last have not taken back what it left,\n\
         and the next is under way with a project, and with sponsors of very different size. Those who gave\n\
         go on, and three others come. What is violated is so from the first round on: false names pay.",
        &[
            "agents=[{strategy='honest',count=2,stake=10_000},{strategy='honest',count=1,stake=9_000_000}]",
        ],
        &[
            (4, 20, funding::Op::Propose { text: hash }),
            (2, 500, funding::Op::Contribute { project: 3 }),
        ],
        &["intended.violated=['nash','attack']"],
    );
    is_shipped::<oracle::Game>(
        "A court in mid-life: jurors with very different stakes, credits that nobody collected, and the beacon's\n\
         role handed over to a juror. They go on, and one comes. What is violated is so in every court: whoever\n\
         has most votes of a jury takes the answer, and the pay of the others with it.",
        &[
            "params.max_jurors=8",
            "agents=[{strategy='honest',count=2,stake=2_000},{strategy='honest',count=1,stake=500}]",
        ],
        &[],
        &[
            "intended.violated=['nash','attack']",
            "audit.jury=3",
            "audit.appeals=0",
            "audit.jurors=1",
        ],
    );
    is_shipped::<staking::Game>(
        "Staking in mid-life: one operator has retired, and its stake is still there; one has nearly all of the\n\
         stake and is reported for an equivocation; and nobody ended the era when it was over. They go on, and\n\
         an operator and a bonder come. What is violated is so from the first era on: tokens that lie idle earn\n\
         when they are bonded.",
        &[
            "params.report_eras=1",
            "params.unbonding_eras=2",
            "agents=[{strategy='honest',count=2,stake=2_000},{strategy='honest',count=1,stake=90_000},{strategy='bonder',count=1,stake=1_000}]",
        ],
        &[(0, 0, staking::Op::Report { operator: 7, era: 4, offence: equivocation, reporter: 8 })],
        &["intended.violated=['nash','attack']", "audit.operators=1", "audit.eras=1"],
    );
}
