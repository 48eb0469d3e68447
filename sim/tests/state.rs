//! States of mechanisms: read back as they were written, refused where they are none.

use carrots::models::{Agent, Instance, Model, Op, auction, funding, oracle, staking};
use carrots::play::{Game, ScenarioOf};
use carrots::scenario::Document;
use carrots::stage::{Answers, Course, Stage, start};
use carrots::state::{State, StateError, hex};
use carrots::trace::Step;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn scenario<G: Game>(file: &str, set: &[&str]) -> ScenarioOf<G> {
    let text = std::fs::read_to_string(format!("scenarios/{file}.toml")).expect("it is there");
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse(file.into(), text, &set).expect("it is TOML");
    document.scenario().expect("it is a scenario")
}

/// Writes the state, reads it, and writes it again; the numbers of accounts stay, and everyone has
/// what it had.
fn comes_back<M: Model>(instance: &Instance<M>) {
    let state = instance.state();
    let back = Instance::<M>::restore(&state).expect("a state of the mechanism");
    assert_eq!(back.state(), state);
    assert_eq!(back.db.owed(), instance.db.owed());
    for agent in 0..state.accounts.len() as Agent {
        assert_eq!(back.wealth(agent), instance.wealth(agent));
        assert_eq!(back.agent(&instance.address(agent)), Some(agent));
    }
    // From the cells alone the same records come, with other numbers.
    let bare = State { accounts: vec![], ..state.clone() };
    let bare = Instance::<M>::restore(&bare).expect("a state of the mechanism");
    assert_eq!(bare.storage(), state.cells);
}

/// A few rounds of a scenario, with random calls behind each; a play of its stage, call by call.
fn comes_back_from<G: Game>(file: &str, set: &[&str]) {
    let scenario = scenario::<G>(file, set);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut game = G::new(&scenario, 1, 0);
    for _ in 0..scenario.run.horizon.min(4) {
        game.round();
        comes_back(game.instance());
        let mut wild = game.instance().clone();
        for _ in 0..200 {
            step(&mut wild, &mut rng);
        }
        comes_back(&wild);
    }
    let stage = G::stage(&scenario).ok().expect("it is a game");
    let (types, given) = (vec![0; stage.players().len()], vec![None; stage.players().len()]);
    let mut answers = Answers::new(&types, &given);
    let mut course = Course::new(start(&stage), types.len(), &mut answers).recorded();
    stage.play(&mut course);
    let mut model = start(&stage);
    for step in course.into_steps() {
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
    let mut game =
        <staking::Game as Game>::new(&scenario::<staking::Game>("staking-small", &[]), 1, 0);
    game.round();
    game.round();
    game.instance().clone()
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
    let cases: [(&dyn Fn(&mut State), &str); 10] = [
        (&|s| drop(s.cells.remove(&key(0))), "cells: 0x00000000 (state) is missing"),
        (&|s| drop(s.cells.remove(&key(2))), "cells: 0x02000000 (roles) is missing"),
        (&long(key(0)), "cells: 0x00000000: not of state: the record: "),
        (&|s| drop(s.cells.insert(key(3), vec![])), "cells: 0x03000000: not of pools: the key: "),
        (
            &|s| drop(s.cells.insert(key(13), vec![])),
            "cells: 0x0d000000: the contract never stores this",
        ),
        (&|s| drop(s.cells.insert(vec![7], vec![])), "cells: 0x07: the contract never stores this"),
        (
            &|s| drop(s.cells.insert([key(7), key(999)].concat(), vec![0; 24])),
            "cells: 0x07000000e7030000: the contract never",
        ),
        (&|s| s.accounts[3].address = s.accounts[4].address, " is there twice"),
        (
            &|s| s.accounts[3].wallet = u128::MAX,
            "held and accounts: expected a sum of at most 2^128 - 1",
        ),
        (&|s| s.held = 5, "held = 5: expected at least "),
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
    let operator = (0..).find(|at| back.db.worth(*at) > 0).expect("somebody has a bond");
    let award = staking::Op::Award { operator, points: 1 };
    assert!(back.apply(0, 0, award).is_ok());
    let address = back.address(operator);
    assert!(back.agent(&address).is_some(), "{}", hex(&address));
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
