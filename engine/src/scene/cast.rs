//! What is known of a scene without its rules: who plays, what each can be and choose, and what an
//! end is worth to whom.

use super::end::End;
use crate::exact::Rational;
use crate::model::{Agent, AnyInstance, Message};
use crate::play::Player;
use crate::scenario::Token;
use carrots_kernel::{Balance, Block};
use std::ops::Range;

/// What a player can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// How likely it is, in proportion to the other types of the player.
    pub weight: u64,
}

/// What a player can choose, told without the play.
#[derive(Clone, Debug)]
pub struct Described {
    /// What it does, in words.
    pub name: String,
    /// As which of the player's types, by number; zero if that makes no difference.
    pub kind: usize,
    /// Whether it depends on what others do.
    pub reacts: bool,
    /// How many identities it shows.
    pub identities: u32,
    /// How many accounts it needs.
    pub accounts: u32,
    /// Whether it is to stay out.
    pub is_out: bool,
    /// Whether it is what an outsider asks for.
    pub is_corrupt: bool,
}

/// What is known of a scene without its rules.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The mechanism's name.
    pub mechanism: &'static str,
    /// The players, with their accounts.
    pub players: Vec<Player>,
    /// Who has a role or something at stake, too, and no options: what it calls on its own is looked at
    /// unless it is trusted.
    pub others: Vec<Player>,
    /// Who of them is trusted, by name.
    pub trusted: Vec<String>,
    /// Who of them has something to do for everybody, and may leave it undone unless it is trusted.
    pub duties: &'static [&'static str],
    /// The types that each player can be of.
    pub kinds: Vec<Vec<Type>>,
    /// What their types are, as numbers.
    pub values: Vec<Vec<Balance>>,
    /// What each player can choose.
    pub options: Vec<Vec<Described>>,
    /// What it should choose, by player and type: the place of an option.
    pub intended: Vec<Vec<usize>>,
    /// By player: those with the same number are alike.
    pub classes: Vec<usize>,
    /// Strategies that nobody can choose here.
    pub left_out: Vec<&'static str>,
    /// Accounts that nobody has, with tokens: those of a newcomer, or spare ones of a player's.
    pub spares: Range<Agent>,
    /// Who earns.
    pub owner: Option<Agent>,
    /// What rounding by the rules can move in a play, at most.
    pub rounding: Balance,
    /// What amounts are shown in.
    pub token: Token,
    /// The mechanism's messages.
    pub messages: &'static [Message],
    /// Its errors, by number, and what they mean.
    pub errors: &'static [(&'static str, &'static str)],
    /// Its strategies, by number, and what they do.
    pub strategies: &'static [(&'static str, &'static str)],
    /// The first block.
    pub block: Block,
    /// What everybody has at the start.
    pub wallets: Vec<Balance>,
    /// The same with what it gets if nobody acts any more.
    pub wealth: Vec<Balance>,
}

impl Cast {
    /// An amount in tokens.
    pub fn show(&self, amount: &Rational) -> String {
        self.token.show_exact(amount)
    }

    /// Who has an account.
    pub fn player_of(&self, account: Agent) -> Option<&Player> {
        let mut seats = self.players.iter().chain(&self.others);
        seats.find(|seat| seat.accounts.contains(&account))
    }

    /// Whose an account is, in words.
    pub fn account_name(&self, account: Agent) -> String {
        match self.player_of(account) {
            Some(seat) if seat.accounts[0] == account => seat.name.clone(),
            Some(seat) => format!("{}, from account {account}", seat.name),
            None => format!("account {account}"),
        }
    }

    /// The names of all players and all others.
    pub fn seats(&self) -> Vec<String> {
        self.players.iter().chain(&self.others).map(|seat| seat.name.clone()).collect()
    }

    /// An option in words.
    pub fn name(&self, player: usize, option: usize) -> String {
        let Described { name, kind, reacts, .. } = &self.options[player][option];
        match *reacts && self.kinds[player].len() > 1 {
            true => format!("{name} as {}", self.kinds[player][*kind].name),
            false => name.clone(),
        }
    }

    /// The names of a player's options.
    pub fn names(&self, player: usize) -> Vec<String> {
        (0..self.options[player].len()).map(|option| self.name(player, option)).collect()
    }

    /// What an outsider asks a player for.
    pub fn corrupt(&self, player: usize) -> Option<usize> {
        self.options[player].iter().position(|option| option.is_corrupt)
    }

    /// What a player's accounts have more than at the start, when all took out what they could.
    pub fn tokens(&self, player: usize, end: &dyn AnyInstance) -> i128 {
        self.wallets_of(&self.players[player].accounts, end)
    }

    /// What accounts have in their wallets more than at the start.
    pub fn wallets_of(&self, accounts: &[Agent], end: &dyn AnyInstance) -> i128 {
        let wallets = &end.ledger().wallets;
        let more =
            |who: &Agent| wallets[*who as usize] as i128 - self.wealth[*who as usize] as i128;
        accounts.iter().map(more).sum()
    }

    /// What accounts of no player have more than at the start.
    pub fn tokens_of(&self, accounts: &[Agent], end: &dyn AnyInstance) -> i128 {
        let more = |who: &Agent| end.wealth(*who) as i128 - self.wealth[*who as usize] as i128;
        accounts.iter().map(more).sum()
    }

    /// What each seat of others has more than at the start, with what the end is worth to it.
    pub fn others_have(&self, end: &dyn End) -> Vec<i128> {
        let of = |(seat, Player { accounts, .. }): (usize, &Player)| {
            self.tokens_of(accounts, end.instance()) + end.other_gains(seat)
        };
        self.others.iter().enumerate().map(of).collect()
    }

    /// A player's payoff at the end, if it is of type `kind`: tokens that it has more than at the
    /// start, what the world gave and took, and what the end is worth to it.
    pub fn payoff(&self, player: usize, kind: usize, end: &dyn End) -> i128 {
        self.tokens(player, end.instance()) + end.gains(player, kind)
    }
}
