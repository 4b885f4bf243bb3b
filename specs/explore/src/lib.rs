//! Explores every crash and rebalance interleaving of the model and of the reference broker
