//! Attack search, of auctions of which the answers are known.

use carrots::attack::{Limits, Objective, Recorded, Score, Search, Until, recorded, search};
use carrots::exact::{Rational, whole};
use carrots::model::{AnyInstance, AnyOp, Instance, Step};
use carrots::scenario::Document;
use carrots::scene::{Answers, Letter, Scene, run};
use carrots::trace::Trace;
use carrots_catalogue::auction;
use std::time::Duration;

/// An auction of which the types of bidders are the values 0, 1, 2 …
fn scene(kind: &str, set: &[&str]) -> Scene<auction::Game> {
    let text = include_str!("../scenarios/auction-second-price.toml");
    let kind = format!("params.kind={kind}");
    let set = ["audit={}", kind.as_str()]
        .into_iter()
        .chain(set.iter().copied())
        .map(|set| set.to_string());
    let set: Vec<String> = set.collect();
    let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
    Scene::new(&document.scenario().expect("it is a scenario")).expect("it is a game")
}

const THREE: &[&str] = &["audit.bidders=3", "world.values=[{uniform={min=0,max=10}}]"];
const TWO: &[&str] = &["audit.bidders=2", "world.values=[{uniform={min=0,max=10}}]"];

fn limits(changes: usize, rounds: u64) -> Limits {
    Limits { time: Duration::MAX, changes, rounds, ..Limits::default() }
}

fn new<'a>(types: &'a [usize], attackers: &'a [usize], limits: Limits) -> Search<'a> {
    Search {
        types,
        given: &[None; 3][..types.len()],
        attackers,
        from: 0,
        spares: 0,
        alone: false,
        objective: Objective::Profit,
        margin: 0,
        until: Until::Limits,
        limits,
        seed: 1,
    }
}

/// The number of the first bidder's option of that name.
fn option(scene: &Scene<auction::Game>, name: &str) -> Option<usize> {
    scene.cast.names(0).iter().position(|option| option == name)
}

/// The most that a bidder gains by another option, by trying each.
fn best_option(scene: &Scene<auction::Game>, types: &[usize], bidder: usize) -> i128 {
    let get = |option| {
        let mut given = vec![None; types.len()];
        given[bidder] = option;
        let mut answers = Answers::new(types, &given);
        let end = run(scene, &mut answers);
        scene.payoff(bidder, types[bidder], &end)
    };
    let most = (0..scene.options[bidder].len()).map(|option| get(Some(option))).max();
    most.expect("there are options") - get(None)
}

#[test]
fn nothing_beats_the_truth_at_the_second_price() {
    let scene = scene("second_price", THREE);
    for types in [[9, 4, 3], [3, 9, 4], [5, 5, 5]] {
        for attacker in 0..3 {
            let report = search(&scene, &new(&types, &[attacker], limits(2, 4)));
            assert_eq!(report.exhaustive, 2);
            assert!(report.found.is_none(), "{types:?}, {attacker}: {:?}", report.found);
            assert!(report.checked > 1_000, "{}", report.checked);
        }
    }
}

#[test]
fn at_the_first_price_a_lower_bid_is_found() {
    let scene = scene("first_price", THREE);
    for (types, attacker) in [([9, 4, 3], 0), ([3, 9, 4], 1), ([8, 8, 7], 0)] {
        let best = best_option(&scene, &types, attacker);
        for limits in [limits(2, 0), limits(0, 64)] {
            let report = search(&scene, &new(&types, &[attacker], limits));
            let profit = report.found.as_ref().map_or(0, |found| found.profit);
            assert_eq!(profit, best, "{types:?}, {attacker}, {limits:?}");
            if let Some(found) = report.found {
                assert_eq!((found.changed.len(), found.left_out.len()), (2, 2), "{found:?}");
            }
        }
    }
}

#[test]
fn a_pair_gains_at_the_second_price() {
    let scene = scene("second_price", THREE);
    let types = [9, 7, 3];
    let report = search(&scene, &new(&types, &[0, 1], limits(1, 0)));
    let found = report.found.expect("the second leaves the bidding to the first");
    assert_eq!(found.profit, 4);
    assert_eq!(found.losses, [0, 0, 0]);
}

#[test]
fn a_withheld_bid_pays_if_the_deposit_is_low() {
    for (deposit, gain) in [(1, Some(3)), (3, Some(1)), (4, None)] {
        let deposit = format!("params.deposit={deposit}");
        let set = [TWO, &["audit.identities=2", deposit.as_str()]].concat();
        let scene = scene("first_price", &set);
        // The bids of 9 and 5, and nothing from the other bidder.
        let given = [option(&scene, "bid 9 and 5"), None];
        let mut search = new(&[9, 0], &[0], limits(1, 0));
        search.given = &given;
        // After the call that opens, the two commitments, and the window's blocks: all, and the last.
        search.from = 5;
        let found = carrots::attack::search(&scene, &search).found;
        assert_eq!(found.map(|found| found.profit), gain, "{deposit}");
    }
}

#[test]
fn whoever_is_alone_leaves_its_other_account_to_its_plan() {
    let scene = scene("first_price", &[TWO, &["audit.identities=2", "params.deposit=1"]].concat());
    // The bid that is too high is withheld by the account that made it.
    for (bids, alone, gain) in [
        ("bid 9 and 5", true, Some(3)),
        ("bid 5 and 9", true, None),
        ("bid 5 and 9", false, Some(3)),
    ] {
        let given = [option(&scene, bids), None];
        let mut search = new(&[9, 0], &[0], limits(1, 0));
        (search.given, search.alone, search.from) = (&given, alone, 5);
        let found = carrots::attack::search(&scene, &search).found;
        assert_eq!(found.map(|found| found.profit), gain, "{bids}, {alone}");
    }
}

#[test]
fn what_is_found_replays_from_its_trace_alone() {
    let scene = scene("first_price", THREE);
    let types = [9, 4, 3];
    let mut search = new(&types, &[0], limits(2, 8));
    for spares in 0..3 {
        search.spares = spares;
        let found = carrots::attack::search(&scene, &search).found.expect("a lower bid");
        let read = |trace: &serde_json::Value| {
            Trace::<auction::Auction>::read(&trace.to_string()).expect("it can be read")
        };
        let (trace, without) = (read(&found.trace), read(&found.base));
        let start = trace.model().expect("it can be played");
        let mut end = start.clone();
        play(&mut end, &trace);
        let seat = &scene.cast.players[0];
        let spare = scene.start().ledger().wallets.len() as u32..trace.wallets.len() as u32;
        let accounts: Vec<u32> = seat.accounts.iter().copied().chain(spare).collect();
        assert_eq!(accounts, found.accounts);
        let mut base = without.model().expect("it can be played");
        play(&mut base, &without);
        let payoff = |end: &Instance<auction::Auction>| {
            let tokens = |who: &u32| end.wealth(*who) as i128 - start.wealth(*who) as i128;
            accounts.iter().map(tokens).sum::<i128>() + scene.worth(0, 9, end)
        };
        assert_eq!(payoff(&end) - payoff(&base), found.profit);
        assert!(trace.surprises(&end).is_empty() && !found.changed.is_empty());
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scene = scene("first_price", THREE);
    let types = [9, 4, 3];
    let search = new(&types, &[0], limits(1, 12));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let report =
            pool.expect("threads start").install(|| carrots::attack::search(&scene, &search));
        format!("{:?} {} {}", report.found, report.checked, report.covered)
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn exhaustive_search_finds_what_plain_enumeration_finds() {
    for (kind, types) in
        [("first_price", [3, 1]), ("second_price", [3, 2]), ("first_price", [2, 2])]
    {
        let set = ["audit.bidders=2", "world.values=[{uniform={min=0,max=3}}]"];
        let scene = scene(kind, &set);
        for attackers in [&[0][..], &[1], &[0, 1]] {
            for objective in [Objective::Profit, Objective::Harm] {
                let mut search = new(&types, attackers, limits(2, 0));
                search.objective = objective;
                // The slow way is too slow for two with two accounts each.
                search.alone = attackers.len() > 1;
                let recorded = recorded(&scene, &search);
                let steps = recorded.steps.iter().map(|step| (step.clone(), true));
                let mut slow = Score { above: 0, below: 1 };
                let mut base = scene.start().boxed();
                recorded.steps.iter().for_each(|step| _ = base.play(step));
                let plain = Plain { scene: &scene, search: &search, recorded: &recorded, base };
                plain.play(&steps.collect::<Vec<_>>(), 2, &mut slow);
                let none = Score { above: 0, below: 1 };
                let fast = carrots::attack::search(&scene, &search).found;
                let fast = fast.map_or(none, |found| found.score);
                assert_eq!(fast, slow, "{kind}, {types:?}, {attackers:?}, {objective:?}");
            }
        }
    }
}

fn play(state: &mut Instance<auction::Auction>, trace: &Trace<auction::Auction>) {
    for step in &trace.steps {
        match *step {
            Step::Blocks(blocks) => state.advance(blocks),
            Step::Call { who, value, op, .. } => _ = state.apply(who, value, op),
        }
    }
}

/// A search that is slow, and knows nothing of checkpoints, of what is refused, and of what is the
/// same.
struct Plain<'a> {
    scene: &'a Scene<auction::Game>,
    search: &'a Search<'a>,
    recorded: &'a Recorded,
    /// The end of the recorded play.
    base: Box<dyn AnyInstance>,
}

impl Plain<'_> {
    /// Plays these steps from the start, and all with up to `left` more changes.
    fn play(&self, steps: &[(Step<AnyOp>, bool)], left: usize, best: &mut Score) {
        let end = self.end(steps.iter().map(|(step, _)| step));
        *best = (*best).max(self.score(&*end));
        if left == 0 {
            return;
        }
        for at in 0..=steps.len() {
            for Letter { who, value, op } in &self.recorded.calls {
                let mut more = steps.to_vec();
                let call = Step::Call { who: *who, value: *value, op: op.clone(), expect: None };
                more.insert(at, (call, false));
                self.play(&more, left - 1, best);
                if self.owns(steps.get(at)) {
                    more.remove(at + 1);
                    self.play(&more, left - 1, best);
                }
            }
            if self.owns(steps.get(at)) {
                let mut fewer = steps.to_vec();
                fewer.remove(at);
                self.play(&fewer, left - 1, best);
            }
        }
    }

    fn end<'s>(&self, steps: impl Iterator<Item = &'s Step<AnyOp>>) -> Box<dyn AnyInstance> {
        let mut state = self.scene.start().boxed();
        steps.for_each(|step| _ = state.play(step));
        state
    }

    /// What a player has more than in the recorded play.
    fn gain(&self, player: usize, end: &dyn AnyInstance) -> i128 {
        let has = |state: &dyn AnyInstance| {
            let tokens = |who: &u32| state.wealth(*who) as i128;
            let worth = self.scene.worth(player, self.search.types[player], state.of());
            self.scene.cast.players[player].accounts.iter().map(tokens).sum::<i128>() + worth
        };
        has(end) - has(&*self.base)
    }

    fn score(&self, end: &dyn AnyInstance) -> Score {
        let attacks = |player: &usize| self.search.attackers.contains(player);
        let gain: i128 = self.search.attackers.iter().map(|at| self.gain(*at, end)).sum();
        let others = (0..self.scene.cast.players.len()).filter(|at| !attacks(at));
        let lost: i128 = others.map(|at| -self.gain(at, end)).sum();
        match self.search.objective {
            Objective::Harm if lost > 0 => Score { above: lost, below: (-gain).max(0) },
            Objective::Harm => Score { above: 0, below: 1 },
            _ => Score { above: gain, below: 1 },
        }
    }

    /// Whether it is a step of the script, and the attackers'.
    fn owns(&self, step: Option<&(Step<AnyOp>, bool)>) -> bool {
        let own = |who| self.recorded.accounts.contains(who);
        matches!(step, Some((Step::Call { who, .. }, true)) if own(who))
    }
}

#[test]
fn scores_are_compared_as_fractions() {
    let numbers = [i128::MIN + 1, -7, -1, 0, 1, 2, 3, 10, 1 << 100, i128::MAX];
    let scores = numbers.iter().flat_map(|above| {
        numbers
            .iter()
            .filter(|below| **below > 0)
            .map(|below| Score { above: *above, below: *below })
    });
    let scores: Vec<Score> = scores.collect();
    let fraction = |score: &Score| -> Rational { whole(score.above) / whole(score.below) };
    for one in &scores {
        for other in &scores {
            assert_eq!(one.cmp(other), fraction(one).cmp(&fraction(other)), "{one:?} {other:?}");
        }
        assert!(*one < Score { above: 1, below: 0 });
    }
}
