//! A court whose verdicts are reported to staking, enforced on-chain: the rules are in
//! [`carrots_logic::verdicts`].
#![cfg_attr(not(feature = "std"), no_std, no_main)]

carrots_shell::contract!(carrots_logic::verdicts);
