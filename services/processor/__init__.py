"""The processor: takes messages from ingest_queue, judges them, files them in the archive or in
quarantine.

text, lexicon, intake, entities, rulebook, classify, routing and judge are pure; queue, archive and
rules_source hold the SQL; worker is the loop. A pure module must never import one of the others.
"""
