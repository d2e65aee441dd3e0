/* neumf_fold.c: see neumf_fold.h. */
#include "models/neural/neumf_fold.h"

struct fold_map neumf_fold(const struct neumf_network *network) {
    struct fold_map fold = {.item_count = network->shape.item_count};
    if (network->shape.mf_dim)
        fold.parts[fold.part_count++] = (struct fold_map_part){
            network->mf_user->weight, network->mf_item->weight, network->shape.mf_dim};
    if (network->shape.mlp_dim)
        fold.parts[fold.part_count++] = (struct fold_map_part){
            network->mlp_user->weight, network->mlp_item->weight, network->shape.mlp_dim};
    return fold;
}
