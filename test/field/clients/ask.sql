select 42;
