from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=200)
    amount = models.IntegerField(default=0)


class Stock(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    shelf = models.CharField(max_length=20)
