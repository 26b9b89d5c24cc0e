-- What operators may change in seed rows.
UPDATE llm_prompts SET content = 'ours', is_active = false;
UPDATE rss_feeds SET url = url || '?edited', trust_level = 1, active = false;
UPDATE platform_config SET value = 'ours';
UPDATE military_slang SET meaning = 'ours';
UPDATE folder_rules SET rule = 'discovery', active = false;
UPDATE model_configuration SET enabled = false;
UPDATE event_config SET value = '99';
UPDATE storage_boxes SET mount_path = '/ours';
UPDATE translation_config SET enabled = false;
