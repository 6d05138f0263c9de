create table if not exists answers (answer integer);
