"""Two services, each of them a route, a profile and its numbers."""

from services import MessageService

MessageService("orders", hooks="https://hooks.example.com", phone_numbers=["+15550100001"])
MessageService("support", hooks="https://hooks.example.com", phone_numbers=["+15550100002", "+15550100003"])
