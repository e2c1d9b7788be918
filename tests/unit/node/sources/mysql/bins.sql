SELECT `:kept`.`key:0`, count(CASE WHEN (`:kept`.`wages` < (-10000) OR `:kept`.`wages` > 25000000) THEN 1 END) AS count_1, count(*) AS count_2, count(*) AS count_3 
FROM (SELECT `:read`.`wages` AS `wages`, `:read`.`:one` AS `:one`, CASE WHEN (`:read`.`wages` IS NOT NULL) THEN CASE WHEN (`:read`.`wages` < 0) THEN 0 WHEN (`:read`.`wages` >= 25000000) THEN 251 ELSE (`:read`.`wages` - 0) DIV 100000 + 1 END END AS `key:0` 
FROM (SELECT CASE WHEN (tax.`In come`.wages * 100 >= (-4000000000000000000) AND tax.`In come`.wages * 100 <= 4000000000000000000 AND tax.`In come`.wages * 100 = floor(tax.`In come`.wages * 100)) THEN CAST(tax.`In come`.wages * 100 AS SIGNED INTEGER) END AS `wages`, 1 AS `:one` 
FROM tax.`In come` 
 LIMIT 0, 18446744073709551615) AS `:read` 
 LIMIT 0, 18446744073709551615) AS `:kept` GROUP BY `:kept`.`key:0`
