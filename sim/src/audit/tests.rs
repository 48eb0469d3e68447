//! What is claimed of symmetry, against looking at everyone.

use super::*;
use crate::games::exact::Rational;
use crate::models::auction;
use crate::models::{Instance, Model};
use crate::stage::{Course, Seat, Type};
use carrots_logic::Balance;

/// The same stage, but nobody is taken to be like another.
struct Apart<S>(S);

impl<S: Stage> Stage for Apart<S> {
    type Model = S::Model;

    fn players(&self) -> Vec<Seat> {
        self.0.players()
    }
    fn types(&self, player: usize) -> Vec<Type> {
        self.0.types(player)
    }
    fn params(&self) -> <S::Model as Model>::Params {
        self.0.params()
    }
    fn wallets(&self) -> Vec<Balance> {
        self.0.wallets()
    }
    fn play(&self, course: &mut Course<S::Model>) {
        self.0.play(course);
    }
    fn worth(&self, player: usize, kind: usize, end: &Instance<S::Model>) -> i128 {
        self.0.worth(player, kind, end)
    }
    fn out(&self, player: usize) -> Option<usize> {
        self.0.out(player)
    }
    fn identities(&self, player: usize, option: usize) -> u32 {
        self.0.identities(player, option)
    }
    fn welfare_max(&self, types: &[usize]) -> Option<i128> {
        self.0.welfare_max(types)
    }
    fn revenue(&self, end: &Instance<S::Model>) -> Option<Balance> {
        self.0.revenue(end)
    }
    fn revenue_max(&self, decided: &[usize]) -> Option<Balance> {
        self.0.revenue_max(decided)
    }
    fn revenue_optimal(&self) -> Option<Rational> {
        self.0.revenue_optimal()
    }
    fn turned(&self, end: &Instance<S::Model>) -> Option<bool> {
        self.0.turned(end)
    }
    fn corrupt(&self, player: usize) -> Option<usize> {
        self.0.corrupt(player)
    }
}

fn auction(set: &[&str]) -> auction::Stage {
    let text = include_str!("../../scenarios/auction-second-price.toml");
    let set: Vec<String> = set.iter().map(ToString::to_string).collect();
    let document = Document::parse("auction".into(), text.into(), &set).expect("it is TOML");
    let scenario = document.scenario().expect("it is a scenario");
    auction::Stage::new(&scenario).expect("it is a game")
}

fn answer<S: Stage>(stage: &S, terms: &Terms) -> Finding {
    Outcomes::new(stage, Limits::default()).expect("everyone decides once").check(terms)
}

fn same<S: Stage>(stage: S, properties: &[Property]) {
    assert!(stage.alike());
    let alike: Vec<_> = properties.iter().map(|one| answer(&stage, &Terms::of(*one))).collect();
    let apart = Apart(stage);
    for (alike, property) in alike.into_iter().zip(properties) {
        let apart = answer(&apart, &Terms::of(*property));
        assert_eq!(alike.verdict, apart.verdict, "\n{alike}\n{apart}");
        assert_eq!(alike.gain, apart.gain, "\n{alike}\n{apart}");
        assert!(alike.checked > 0 && apart.checked > 0, "\n{alike}\n{apart}");
    }
}

#[test]
fn bidders_are_as_alike_as_they_say() {
    use Property::*;
    for kind in ["first_price", "second_price", "uniform_price", "vcg"] {
        let stage = auction(&[
            "audit={}",
            "audit.bidders=3",
            "world.values=[{uniform={min=0,max=3}}]",
            "params.deposit=2",
            &format!("params.kind={kind}"),
            if kind.ends_with("st_price") || kind == "second_price" {
                "params.items=1"
            } else {
                "params.items=2"
            },
        ]);
        same(
            stage,
            &[
                DominantStrategy,
                ExPost,
                Bayesian,
                IndividualRationality,
                Efficiency,
                OptimalRevenue,
                Revenue,
                Coalition,
                Immunity,
                Griefing,
            ][..if kind == "vcg" || kind == "uniform_price" { 6 } else { 10 }],
        );
    }
}
