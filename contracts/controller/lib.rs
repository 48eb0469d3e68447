//! Feedback controllers, enforced on-chain: the rules are in [`carrots_logic::controller`].
#![cfg_attr(not(feature = "std"), no_std, no_main)]

carrots_shell::contract!(carrots_logic::controller);
