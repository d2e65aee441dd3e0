/* sasrec_network.c: see sasrec_network.h. */
#include "models/sequence/sasrec_network.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"

static struct parameter *add(struct sasrec_network *network, const char *name, size_t rows,
                             size_t columns) {
    ASSERT(network->parameter_count < SASREC_PARAMETERS_MAX);
    struct parameter *parameter = &network->parameters[network->parameter_count++];
    *parameter =
        (struct parameter){.name = name, .rows = rows, .columns = columns, .is_bias = rows == 1};
    return parameter;
}

#define BLOCK_NAMES(n)                                                                             \
    {                                                                                              \
        "blocks." #n ".norm1.weight", "blocks." #n ".norm1.bias", "blocks." #n ".attend.weight",   \
            "blocks." #n ".merge.weight", "blocks." #n ".norm2.weight",                            \
            "blocks." #n ".norm2.bias", "blocks." #n ".expand.weight",                             \
            "blocks." #n ".expand.bias", "blocks." #n ".contract.weight",                          \
            "blocks." #n ".contract.bias"                                                          \
    }

static void add_block(struct sasrec_network *network, size_t index) {
    static const char *const names[SASREC_BLOCKS_MAX][SASREC_BLOCK_PARAMETERS] = {
        BLOCK_NAMES(0), BLOCK_NAMES(1), BLOCK_NAMES(2), BLOCK_NAMES(3), BLOCK_NAMES(4)};
    const char *const *name = names[index];
    const size_t dim = network->shape.dim, hidden = network->shape.hidden;
    network->blocks[index] = (struct sasrec_block){
        .norm1 = add(network, name[0], 1, dim),
        .norm1_bias = add(network, name[1], 1, dim),
        .attend = add(network, name[2], dim, 3 * dim),
        .merge = add(network, name[3], dim, dim),
        .norm2 = add(network, name[4], 1, dim),
        .norm2_bias = add(network, name[5], 1, dim),
        .expand = add(network, name[6], dim, hidden),
        .expand_bias = add(network, name[7], 1, hidden),
        .contract = add(network, name[8], hidden, dim),
        .contract_bias = add(network, name[9], 1, dim),
    };
}

void sasrec_network_init(struct sasrec_network *network, const struct sasrec_shape *shape) {
    ASSERT(shape->block_count <= SASREC_BLOCKS_MAX && shape->dim % shape->heads == 0);
    memset(network, 0, sizeof *network);
    network->shape = *shape;
    network->item = add(network, "item.weight", shape->item_count, shape->dim);
    network->position = add(network, "position.weight", shape->max_length, shape->dim);
    for (size_t block = 0; block < shape->block_count; block++)
        add_block(network, block);
    network->norm = add(network, "norm.weight", 1, shape->dim);
    network->norm_bias = add(network, "norm.bias", 1, shape->dim);
    /* One row alone does not make them biases. */
    network->item->is_bias = network->position->is_bias = 0;
}

static void fill(struct parameter *parameter, real value) {
    for (size_t i = 0; i < parameter_count(parameter); i++)
        parameter->weight[i] = value;
}

static void fill_glorot(struct parameter *parameter, size_t out, struct rng *rng) {
    parameter_fill_uniform(parameter, sqrt(6 / (double)(parameter->rows + out)), rng);
}

void sasrec_network_randomize(struct sasrec_network *network, double deviation, struct rng *rng) {
    const struct sasrec_shape *shape = &network->shape;
    parameter_fill_normal(network->item, deviation, rng);
    parameter_fill_normal(network->position, deviation, rng);
    for (size_t i = 0; i < shape->block_count; i++) {
        struct sasrec_block *block = &network->blocks[i];
        fill_glorot(block->attend, shape->dim, rng);
        fill_glorot(block->merge, shape->dim, rng);
        fill_glorot(block->expand, shape->hidden, rng);
        fill_glorot(block->contract, shape->dim, rng);
        fill(block->norm1, 1);
        fill(block->norm2, 1);
        fill(block->norm1_bias, 0);
        fill(block->norm2_bias, 0);
        fill(block->expand_bias, 0);
        fill(block->contract_bias, 0);
    }
    fill(network->norm, 1);
    fill(network->norm_bias, 0);
}
