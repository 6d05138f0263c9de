<?php
$timeout = getenv('PGCONNECT_TIMEOUT') ?: '30';
$source = sprintf('pgsql:host=%s;port=%s;dbname=%s;sslmode=require;connect_timeout=%s',
    getenv('PGHOST'), getenv('PGPORT'), getenv('PGDATABASE'), $timeout);
try {
    $connection = new PDO($source, getenv('PGUSER'), getenv('PGPASSWORD') ?: null);
    echo $connection->query('select 42')->fetchColumn(), "\n";
} catch (PDOException $error) {
    http_response_code(500);
    echo $error->getMessage(), "\n";
    exit(1);
}
