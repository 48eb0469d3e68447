//! Does what is steered come back to its target after a shock?
//!
//! Every shock that the play names is played with all as intended, over every branch of chance, and the quantity
//! is read after every round. The answer is about these shocks and no others.

use super::counterexample::{Recorded, trace_of};
use super::{Counterexample, Finding, Limits, Stopped, Terms};
use crate::exact::{Rational, whole};
use crate::scene::{Answers, AnyScene, Disturbed, End, How, Steered};
use num_traits::{Signed, Zero};
use std::time::Instant;

/// Rounds, if not said.
const WITHIN: u32 = 10;
/// The most numbers of a trajectory that are told.
const TOLD: usize = 40;

/// What became of the quantity after a shock.
struct Trajectory<'s> {
    shock: &'s Disturbed,
    values: Vec<i128>,
    /// Rounds after the shock until it was in the band for good.
    settled: u32,
    /// The furthest that it ever was from the target.
    furthest: i128,
    end: Box<dyn End + 's>,
}

/// Answers the question.
pub fn check(scene: &dyn AnyScene, terms: &Terms, limits: Limits) -> Result<Finding, Stopped> {
    let since = Instant::now();
    let steered = scene.steered().ok_or(Stopped::Lacks("nothing is steered to a target"))?;
    let within = terms.within.unwrap_or(WITHIN);
    let target = whole(steered.target);
    let part = |share: Rational| share * target.abs();
    let band =
        part(terms.band.as_ref().map_or(Rational::new(1.into(), 10.into()), |it| it.0.clone()));
    let safe = terms.safe.as_ref().map(|it| part(it.0.clone()));
    let is_broken = |one: &Trajectory| {
        one.settled > within || safe.as_ref().is_some_and(|safe| whole(one.furthest) > *safe)
    };
    let (mut checked, mut worst) = (0, None::<Trajectory>);
    for shock in &steered.shocks {
        let players = shock.scene.cast().kinds.len();
        if shock.scene.cast().kinds.iter().any(|kinds| kinds.len() > 1) {
            return Err(Stopped::Lacks("it needs players of one type each"));
        }
        let (types, given) = (vec![0; players], vec![None; players]);
        let mut answers = Answers::new(&types, &given);
        loop {
            if since.elapsed().as_secs_f64() > limits.seconds {
                return Err(Stopped::Time { outcomes: checked });
            }
            let one = played(&steered, shock, within, &band, &mut answers);
            checked += 1;
            let rank = |it: &Trajectory| (is_broken(it), it.settled, it.furthest);
            if worst.as_ref().is_none_or(|worst| rank(&one) > rank(worst)) {
                worst = Some(one);
            }
            if !answers.next_branch() {
                break;
            }
        }
    }
    let worst = worst.ok_or(Stopped::Lacks("no shock is named"))?;
    let Steered { quantity, grid, .. } = &steered;
    let domain = format!(
        "{} shocks: {grid}; {quantity} with a target of {target}, within {band} of it from {within} rounds after the \
         shock on, for as many; all as intended",
        steered.shocks.len()
    );
    let never = if worst.settled >= 2 * within { " or never" } else { "" };
    let said = format!(
        "{}: in the band after {} rounds{never}, at most {} from the target",
        worst.shock.name, worst.settled, worst.furthest
    );
    let finding = Finding::holds(terms, "exhaustive", domain, checked)
        .measured(whole(worst.settled.into()), said);
    match is_broken(&worst) {
        true => Ok(finding.violated(Some(counterexample(&steered, within, &worst)))),
        false => Ok(finding),
    }
}

/// Plays a scene with a shock, as long after it as the quantity has to be in the band.
fn played<'s>(
    steered: &Steered,
    shock: &'s Disturbed,
    within: u32,
    band: &Rational,
    answers: &mut Answers,
) -> Trajectory<'s> {
    let rounds = shock.round.saturating_add(within.saturating_mul(2));
    let mut values = Vec::new();
    let end = shock.scene.watch(How::RECORDED, rounds, answers, &mut |instance| {
        values.push((steered.measured)(instance));
    });
    let away = |value: &i128| (value - steered.target).abs();
    let out = values.iter().rposition(|value| whole(away(value)) > *band);
    let settled = out.map_or(0, |last| (last as u32 + 1).saturating_sub(shock.round));
    let furthest = values.iter().map(away).max().unwrap_or(0);
    Trajectory { shock, values, settled, furthest, end }
}

/// A shock after which the quantity does not come back: it runs, and so does what is played without it.
fn counterexample(steered: &Steered, within: u32, worst: &Trajectory) -> Counterexample {
    let recorded = |end: &dyn End| Recorded {
        steps: end.steps(),
        payoffs: Vec::new(),
        tokens: Vec::new(),
        odds: (1, 1),
        branches: Vec::new(),
        left: end.notes().left,
        end: end.instance().boxed(),
    };
    let calm = &*steered.calm;
    let players = calm.cast().players.len();
    let (types, given) = (vec![0; players], vec![None; players]);
    let rounds = worst.shock.round.saturating_add(within.saturating_mul(2));
    let base = calm.watch(How::RECORDED, rounds, &mut Answers::new(&types, &given), &mut |_| ());
    let told = worst.values.iter().take(TOLD).map(ToString::to_string).collect::<Vec<_>>();
    let more = if worst.values.len() > TOLD { ", …" } else { "" };
    Counterexample {
        who: Vec::new(),
        others: vec![worst.shock.name.clone()],
        exploit: format!("{}, round by round: {}{more}", steered.quantity, told.join(", ")),
        calls: Vec::new(),
        everyone: Vec::new(),
        gain: Rational::zero(),
        gain_in_tokens: 0,
        others_lose: Rational::zero(),
        accounts: Vec::new(),
        trace: trace_of(&*worst.shock.scene, &recorded(&*worst.end)),
        base: trace_of(calm, &recorded(&*base)),
    }
}
