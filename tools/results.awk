# Makes Markdown of tests/regression/results.csv: for each data set, split and candidates a table of
# recipes, beside what others have published (tests/regression/published.csv, which is read first).
# Order-aware results stand apart from order-blind ones by a word behind the model.

function cell(line, metric) {
    return (line, metric) in value ? value[line, metric] : ""
}

FNR == 1 { next }

FILENAME ~ /published/ {
    published[$1] = $2
    next
}

{
    group = $1 ", " $4 ", candidates: " $5
    if (!(group in groups)) {
        groups[group]
        order[++group_count] = group
    }
    line = group SUBSEP $2
    if (!(line in seeds)) {
        recipes[group] = recipes[group] " " $2
        model[line] = $3 ($6 == "true" ? " (uses order)" : "")
        seeds[line] = $7 > 0 ? $7 : "folds"
        seconds[line] = $12
        memory[line] = $14
    }
    value[line, $8] = sprintf("%.4f", $9)
    if ($10 != "" && $11 != "")
        value[line, $8] = value[line, $8] sprintf(" ± %.4f", ($11 - $10) / 2)
}

END {
    for (g = 1; g <= group_count; g++) {
        printf "\n### %s\n\n", order[g]
        print "| recipe | model | seeds | HR@10 | NDCG@10 | recall@20 | NDCG@20 | RMSE" \
              " | published | fit s | MB |"
        print "|---|---|---|---|---|---|---|---|---|---|---|"
        count = split(recipes[order[g]], recipe, " ")
        for (i = 1; i <= count; i++) {
            line = order[g] SUBSEP recipe[i]
            printf "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", recipe[i],
                model[line], seeds[line], cell(line, "hit_rate@10"), cell(line, "ndcg@10"),
                cell(line, "recall@20"), cell(line, "ndcg@20"), cell(line, "rmse"),
                published[recipe[i]], seconds[line], memory[line]
        }
    }
}
