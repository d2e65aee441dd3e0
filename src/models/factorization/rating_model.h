/* rating_model.h: what svd and svdpp share: everything but their names and defaults. */
#ifndef MATINEE_MODELS_FACTORIZATION_RATING_MODEL_H
#define MATINEE_MODELS_FACTORIZATION_RATING_MODEL_H

#include "models/model.h"

extern const struct setting_spec rating_model_svd_settings[];
extern const struct setting_spec rating_model_svdpp_settings[];

enum status rating_model_create(struct model **out, const struct model_ops *ops, bool implicit,
                                const struct settings *settings, struct error *error);

/* The functions of struct model_ops. */
enum status rating_model_fit(struct model *base, const struct fit_input *input,
                             struct error *error);
void rating_model_score(const struct model *base, const struct query *queries, size_t query_count,
                        const uint32_t *items, size_t item_count, float *scores);
size_t rating_model_tensors(struct model *base, struct tensor **list);
enum status rating_model_attach(struct model *base, struct error *error);
const float *rating_model_item_vectors(const struct model *base, size_t *dimension,
                                       enum vector_metric *metric);
void rating_model_query_vectors(const struct model *base, const struct query *queries,
                                size_t query_count, float *vectors);
/* Exact for the prediction from the bare history: the shares sum to it less mean and item bias,
 * which is what an empty history gets. */
void rating_model_explain(const struct model *base, const struct query *query, uint32_t item,
                          float *shares);
enum status rating_model_update(struct model **out, const struct model *base,
                                const struct model_events *events, struct error *error);

#endif
