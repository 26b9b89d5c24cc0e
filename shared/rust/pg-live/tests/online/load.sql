CREATE TABLE public.p (id bigint PRIMARY KEY);
INSERT INTO public.p SELECT g FROM generate_series(1, 1000) g;
CREATE TABLE public.t (id bigint PRIMARY KEY, title text NOT NULL, n int NOT NULL DEFAULT 0,
    p_id bigint, code varchar(20));
INSERT INTO public.t
SELECT g, 'Title ' || g, 0, g % 1000 + 1, 'c' || g FROM generate_series(1, 1000000) g;
ANALYZE public.p, public.t;
