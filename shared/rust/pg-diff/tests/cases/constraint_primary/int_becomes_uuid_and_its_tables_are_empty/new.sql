CREATE TABLE a (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, name text);
CREATE TABLE b (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, a_id uuid REFERENCES a);
