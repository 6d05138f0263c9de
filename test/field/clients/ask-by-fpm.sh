# As a web server does: runs the script that is named by php-fpm, with the environment as the request's parameters.
answer=$(SCRIPT_FILENAME="$1" REQUEST_METHOD=GET cgi-fcgi -bind -connect "$FPM")
echo "$answer"
case "$answer" in Status:\ 500*) exit 1 ;; esac
